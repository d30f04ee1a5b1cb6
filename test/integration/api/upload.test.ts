import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { addressOf, digestOf, getArtifact, problemOf, putArtifact, storedFiles } from './artifact-calls.js';
import { rawRequest } from './raw-request.js';

const PROBLEM = 'application/problem+json';

describe('uploading an artifact', () => {
  let api: TestApi;
  beforeAll(async () => {
    // The limit is for records: artifacts are of any length.
    api = await startApi({ env: { LASTGOOD_BODY_LIMIT_BYTES: '1024' } });
  });
  afterAll(() => api.close());

  const put = (bytes: Uint8Array) => putArtifact(api, digestOf(bytes), bytes);

  it('keeps bytes of any length, and says where', async () => {
    const bytes = randomBytes(3_000_000);
    const { status, body } = await put(bytes);
    expect(status).toBe(201);
    const view = JSON.parse(body) as { uri: string };
    expect(view).toMatchObject({
      digest: digestOf(bytes),
      size: bytes.length,
      uri: expect.stringMatching(/^file:\/\//),
    });
    expect((await readFile(new URL(view.uri))).equals(bytes)).toBe(true);
  });

  it('answers with what can be registered', async () => {
    const { body } = await put(Buffer.from('a model'));
    const artifact = { ...(JSON.parse(body) as object), path: 'model.onnx' };
    const record = { createModel: true, artifacts: [artifact] };
    const { body: version } = await api.as('ana').post('/v1/models/uploaded/versions').send(record).expect(201);
    expect(version.artifacts).toEqual([artifact]);
  });

  it('answers 200 to bytes that are there already, and keeps them', async () => {
    expect((await put(Buffer.from('twice'))).status).toBe(201);
    const before = await storedFiles(api);
    expect((await put(Buffer.from('twice'))).status).toBe(200);
    expect(await storedFiles(api)).toEqual(before);
  });

  it('takes the same bytes many times at once', async () => {
    const bytes = randomBytes(200_000);
    const answers = await Promise.all(Array.from({ length: 8 }, () => put(bytes)));
    expect(answers.every(({ status }) => status === 201 || status === 200)).toBe(true);
    expect(await getArtifact(api, digestOf(bytes), { method: 'HEAD' })).toMatchObject({ status: 200 });
  });

  it('takes no bytes at all, which have a digest too', async () => {
    expect((await put(new Uint8Array())).status).toBe(201);
    expect((await put(new Uint8Array())).status).toBe(200);
  });

  it('stores nothing of other bytes than announced', async () => {
    const before = await storedFiles(api);
    const digest = digestOf(Buffer.from('right'));
    const answer = await putArtifact(api, digest, Buffer.from('wrong'));
    const detail = expect.stringMatching(
      /the 5 bytes have the digest sha256:.*, not the announced.*Nothing was stored/,
    );
    expect(problemOf(answer)).toEqual({ status: 422, code: 'upload-mismatch', detail, type: PROBLEM });
    expect((await getArtifact(api, digest)).status).toBe(404);
    expect(await storedFiles(api)).toEqual(before);
  });

  it('stores nothing of more bytes than their length says', async () => {
    const before = await storedFiles(api);
    const digest = digestOf(Buffer.from('longer'));
    // What lies beyond the length is no request: the connection may end before the upload is answered.
    const answer = await putArtifact(api, digest, Buffer.from('longer'), { length: 4 });
    expect([400, 422]).toContain(answer.status);
    expect((await getArtifact(api, digest)).status).toBe(404);
    expect(await storedFiles(api)).toEqual(before);
  });

  it('stores nothing when the connection breaks, and all when the bytes are sent again', async () => {
    const bytes = randomBytes(100_000);
    const digest = digestOf(bytes);
    const before = await storedFiles(api);
    const { hostname, port } = new URL(api.url);
    const head = `PUT ${addressOf(digest)} HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes.length}\r\n`;
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(`${head}Content-Type: application/octet-stream\r\n\r\n`);
        socket.write(bytes.subarray(0, 60_000), () => setTimeout(() => socket.destroy(), 50));
      });
      socket.on('close', () => resolve());
    });
    expect((await getArtifact(api, digest)).status).toBe(404);
    expect(await storedFiles(api)).toEqual(before);
    expect((await put(bytes)).status).toBe(201);
    expect((await getArtifact(api, digest, { method: 'HEAD' })).headers['content-length']).toBe('100000');
  });

  it('is refused without a length, which says where the bytes end', async () => {
    const before = await storedFiles(api);
    const bytes = Buffer.from('chunks');
    const headers = { 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' };
    const answer = await rawRequest(api.url, 'PUT', addressOf(digestOf(bytes)), { headers, body: bytes });
    const detail = expect.stringContaining('Content-Length must give the size in bytes');
    expect(problemOf(answer)).toEqual({ status: 400, code: 'invalid-request', detail, type: PROBLEM });
    expect(await storedFiles(api)).toEqual(before);
  });

  it.each([
    '5'.repeat(64),
    `sha256:${'5'.repeat(63)}`,
    `sha256:${'A'.repeat(64)}`,
    `md5:${'5'.repeat(32)}`,
    '..%2f..%2fx',
  ])('is refused under what is no digest: %s', async (digest) => {
    const detail = expect.stringMatching(/^digest must be sha256: and 64 lower-case hex digits/);
    const refused = { status: 400, code: 'invalid-request', detail, type: PROBLEM };
    expect(problemOf(await putArtifact(api, digest, Buffer.from('x')))).toEqual(refused);
    expect(problemOf(await getArtifact(api, digest))).toEqual(refused);
  });

  it('is refused under what is no media type', async () => {
    const bytes = Buffer.from('typed');
    const answer = await putArtifact(api, digestOf(bytes), bytes, { query: '?mediaType=onnx' });
    expect(problemOf(answer)).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/^mediaType must be a media type/),
    });
    expect((await getArtifact(api, digestOf(bytes))).status).toBe(404);
  });
});
