import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { addressOf, digestOf, getArtifact, problemOf, putArtifact } from './artifact-calls.js';

const TEN = Buffer.from('0123456789');
const NOTHING = new Uint8Array();
const ABSENT = digestOf(Buffer.from('nowhere'));

describe('downloading an artifact', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
    for (const bytes of [TEN, NOTHING]) await putArtifact(api, digestOf(bytes), bytes);
  });
  afterAll(() => api.close());

  it('gives the bytes back, which may be kept for ever', async () => {
    const bytes = randomBytes(3_000_000);
    const digest = digestOf(bytes);
    await putArtifact(api, digest, bytes);
    const answer = await fetch(api.url + addressOf(digest));
    expect(digestOf(new Uint8Array(await answer.arrayBuffer()))).toBe(digest);
    expect(answer.headers.get('etag')).toBe(`"${digest}"`);
    expect(answer.headers.get('content-length')).toBe(String(bytes.length));
    expect(answer.headers.get('cache-control')).toContain('immutable');
  });

  it('says by HEAD whether the bytes are there and how many', async () => {
    const there = await getArtifact(api, digestOf(TEN), { method: 'HEAD' });
    const headers = { 'content-length': '10', 'accept-ranges': 'bytes', etag: `"${digestOf(TEN)}"` };
    expect(there).toMatchObject({ status: 200, body: '', headers });
    expect(await getArtifact(api, ABSENT, { method: 'HEAD' })).toMatchObject({ status: 404, body: '' });
  });

  it('says of bytes that are not there how they could be', async () => {
    const answer = await getArtifact(api, ABSENT);
    expect(problemOf(answer)).toMatchObject({
      status: 404,
      code: 'artifact-not-found',
      type: 'application/problem+json',
    });
    expect(problemOf(answer).detail).toContain('Upload it with PUT');
  });

  it('gives no bytes where there are none, and no part of them', async () => {
    const digest = digestOf(NOTHING);
    expect(await getArtifact(api, digest)).toMatchObject({ status: 200, body: '', headers: { 'content-length': '0' } });
    const head = await getArtifact(api, digest, { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, headers: { 'content-length': '0' } });
    expect(problemOf(await getArtifact(api, digest, { headers: { range: 'bytes=0-' } })).code).toBe('range-outside');
  });

  it.each([
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=4-4', '4', 'bytes 4-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=-50', '0123456789', 'bytes 0-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
  ])('gives the part that is asked for by Range: %s', async (range, part, contentRange) => {
    const answer = await getArtifact(api, digestOf(TEN), { headers: { range } });
    const headers = { 'content-range': contentRange, 'content-length': String(part.length) };
    expect(answer).toMatchObject({ status: 206, body: part, headers });
    const head = await getArtifact(api, digestOf(TEN), { headers: { range }, method: 'HEAD' });
    expect(head).toMatchObject({ status: 206, body: '', headers });
  });

  it.each(['bytes=10-', 'bytes=99-100', 'bytes=-0', `bytes=${'9'.repeat(30)}-`])(
    'says how many bytes there are to who asks outside of them: %s',
    async (range) => {
      const answer = await getArtifact(api, digestOf(TEN), { headers: { range } });
      expect(problemOf(answer)).toMatchObject({ status: 416, code: 'range-outside' });
      expect(answer.headers['content-range']).toBe('bytes */10');
    },
  );

  it.each(['bytes=0-1,4-5', 'lines=1-2', 'bytes=-', 'bytes=a-b'])(
    'gives everything for a Range like %s',
    async (range) => {
      const answer = await getArtifact(api, digestOf(TEN), { headers: { range } });
      expect(answer).toMatchObject({ status: 200, body: '0123456789' });
      expect(answer.headers['content-range']).toBeUndefined();
    },
  );
});
