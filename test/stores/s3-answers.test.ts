import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { createServer } from 'node:https';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { S3Store } from '../../src/stores/s3-store.js';
import { layObject, s3ClientFor } from '../support/s3-buckets.js';
import { listenAnywhere } from '../support/s3-ports.js';
import { selfSigned } from '../support/self-signed.js';
import { s3Answers, s3Error, webPage, type S3Answers } from './s3-answers.js';
import { allOf, freshBytes } from './sample-bytes.js';
import { placesOf } from './pinner-under-test.js';
import { thrownBy } from './thrown-by.js';

const { bucket } = inject('s3');
const below = `answers-${randomUUID()}/`;
const [key, uri, prefix] = [`${below}model`, `s3://${bucket}/${below}model`, `s3://${bucket}/${below}`];
const bytes = freshBytes(50);
let client: S3Client;
beforeAll(async () => {
  client = s3ClientFor(inject('s3').endpoint, inject('s3').keys);
  await layObject(client, bucket, key, bytes);
});
afterAll(() => client.destroy());

const allSeen = async ({ store }: S3Answers): Promise<unknown[]> => [
  await store.stat(uri),
  await store.stat(prefix),
  await thrownBy(store.read(uri)),
];
const same = (state: string, said: string): unknown[] => {
  const evidence = expect.stringContaining(said) as unknown;
  return [
    { state, evidence },
    { state, evidence },
    expect.objectContaining({ name: 'StoreError', code: state, evidence }),
  ];
};

describe('what an S3 store makes of an answer that is', () => {
  it.each([
    ['the 404 of a proxy without its server', webPage(404), 'unreachable', 'answered 404 and what is no answer of S3'],
    ['an empty 404', { status: 404 }, 'unreachable', 'answered 404 and what is no answer of S3'],
    ['the 502 of a proxy', webPage(502), 'unreachable', 'answered 502'],
    ['a bucket that is gone', s3Error(404, 'NoSuchBucket'), 'missing', 'answered 404 NoSuchBucket'],
    ['a bucket of another region', s3Error(301, 'PermanentRedirect'), 'unreachable', 'in another region'],
    ['a request to slow down', s3Error(503, 'SlowDown'), 'unreachable', 'answered 503'],
    ['too many requests', s3Error(429, 'TooManyRequests'), 'unreachable', 'answered 429'],
    ['a wrong clock', s3Error(403, 'RequestTimeTooSkewed'), 'unreachable', 'RequestTimeTooSkewed: the clock'],
    ['wrong credentials', s3Error(403, 'SignatureDoesNotMatch'), 'forbidden', '403 SignatureDoesNotMatch'],
    ['credentials that ended', s3Error(400, 'ExpiredToken'), 'unreachable', 'ExpiredToken: the configured credentials'],
    ['an encryption key that was switched off', s3Error(400, 'KMS.DisabledException'), 'forbidden', 'KMS.DisabledExc'],
    ['the archive’s', s3Error(403, 'InvalidObjectState'), 'forbidden', 'restored before it can be read'],
  ])('%s', async (_what, instead, state, said) => {
    const at = await s3Answers();
    at.instead = () => instead;
    expect(await allSeen(at)).toEqual(same(state, said));
    at.instead = () => null;
    expect(await at.store.stat(uri)).toMatchObject({ state: 'present', size: 50 });
  });

  it.each([
    ['a web page', webPage(200)],
    ['empty', { status: 200 }],
  ])('%s: unreachable, neither changed nor missing', async (_what, instead) => {
    const at = await s3Answers();
    at.instead = () => instead;
    expect(await at.store.stat(uri)).toEqual({
      state: 'unreachable',
      evidence: expect.stringMatching(/S3 server|answer of S3/),
    });
    expect(await at.store.stat(prefix)).toEqual({
      state: 'unreachable',
      evidence: expect.stringMatching(/S3 server|answer of S3/),
    });
  });

  it.each([
    ['S3', null, 'missing', 'NoSuchKey'],
    ['a proxy', webPage(404), 'unreachable', 'what is no answer of S3'],
  ])('that there is no such byte, and then the 404 of %s: not changed', async (_what, then, code, said) => {
    const at = await s3Answers();
    at.instead = ({ headers: { range } }) => (range === 'bytes=70-' ? s3Error(416, 'InvalidRange') : then);
    const error = await thrownBy(at.store.read(`${uri}-gone`, { start: 70, ifMark: 'etag:a' }));
    expect(error).toMatchObject({ code, evidence: expect.stringContaining(said) });
  });

  it('refused to HEAD alone: what a reader would get', async () => {
    const at = await s3Answers();
    at.instead = ({ method }) => (method === 'HEAD' ? { status: 403 } : null);
    expect(await at.store.stat(uri)).toMatchObject({ state: 'present', size: 50, mark: expect.any(String) });
  });

  it('that of a server whose certificate nobody vouches for', async () => {
    const { certificate: cert, key: made } = selfSigned();
    const server = createServer({ cert, key: made.export({ type: 'pkcs8', format: 'pem' }) });
    const endpoint = `https://127.0.0.1:${await listenAnywhere(server)}`;
    const store = new S3Store({ bucket, endpoint, credentials: inject('s3').keys, limits: { attempts: 1 } });
    expect(await allSeen({ store } as S3Answers)).toEqual(same('unreachable', 'DEPTH_ZERO_SELF_SIGNED_CERT'));
    store.close();
    await once(server.close(), 'close');
  });

  it('to a clock that is hours behind: asked again by the time of the server', async () => {
    const at = await s3Answers({ attempts: 3 });
    const HOURS = 5 * 3_600_000;
    at.instead = ({ headers }) => {
      const [, y, mo, d, h, mi, s] =
        /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(headers['x-amz-date'])) ?? [];
      const early = Date.now() + HOURS - Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`) > 900_000;
      const date = new Date(Date.now() + HOURS).toUTCString();
      const { status, headers: more, body } = s3Error(early ? 403 : 404, early ? 'RequestTimeTooSkewed' : 'NoSuchKey');
      return { status, headers: { ...more, date }, body: body ?? '' };
    };
    expect(await at.store.stat(uri)).toEqual({ state: 'missing', evidence: expect.stringContaining('NoSuchKey') });
  });
});

describe('an object in an archive class', () => {
  const archived = (at: S3Answers, readable: boolean, list = '<StorageClass>GLACIER</StorageClass>'): void => {
    at.instead = ({ method, url }) =>
      !readable && method === 'GET' && url.includes('/model') ? s3Error(403, 'InvalidObjectState') : null;
    at.change = ({ method, url }) => {
      if (method === 'HEAD') return { headers: { 'x-amz-storage-class': 'GLACIER' } };
      if (!url.includes('list-type')) return null;
      return { text: (body) => body.replace(/<StorageClass>\w*<\/StorageClass>/g, list) };
    };
  };

  it('is forbidden though HEAD shows it, until it is restored', async () => {
    const at = await s3Answers();
    archived(at, false);
    expect(await allSeen(at)).toEqual([
      { state: 'forbidden', evidence: expect.stringContaining('InvalidObjectState: it lies in an archive class') },
      { state: 'forbidden', evidence: expect.stringContaining('/model: 127') },
      expect.objectContaining({ code: 'forbidden', evidence: expect.stringContaining('RestoreObject') }),
    ]);
    archived(at, true);
    const [object, all] = await allSeen(at);
    expect([object, all]).toMatchObject([
      { state: 'present', size: 50 },
      { state: 'present', objects: 1 },
    ]);
  });

  it('is known by a list to be restored, where the server lists that', async () => {
    const at = await s3Answers();
    const restored =
      '<IsRestoreInProgress>false</IsRestoreInProgress><RestoreExpiryDate>2031-01-01T00:00:00Z</RestoreExpiryDate>';
    const list = `<StorageClass>GLACIER</StorageClass><RestoreStatus>${restored}</RestoreStatus>`;
    archived(at, false, list);
    expect(await at.store.stat(prefix)).toMatchObject({ state: 'present', objects: 1 });
    archived(at, false, list.replace('false', 'true').replace(/<RestoreExpiryDate>.*<\/RestoreExpiryDate>/, ''));
    expect(await at.store.stat(prefix)).toMatchObject({ state: 'forbidden' });
    expect(at.asked.some(({ headers }) => headers['x-amz-optional-object-attributes'] === 'RestoreStatus')).toBe(true);
  });

  it('has a pin like any other below its prefix, with all that lies beside it', async () => {
    const at = await s3Answers();
    const places = await placesOf(at.store.pins, prefix);
    expect(places).toEqual([uri]);
    archived(at, false);
    expect(await placesOf(at.store.pins, prefix)).toEqual(places);
  });

  it('of another server’s own making, which can be read, is present, and asked for once a list', async () => {
    const at = await s3Answers();
    const more = `${below}model2`;
    await layObject(client, bucket, more, bytes);
    archived(at, true);
    expect(await at.store.stat(prefix)).toMatchObject({ state: 'present', objects: 2 });
    expect(at.asked.filter(({ method, url }) => method === 'HEAD' && url.includes('/model'))).toHaveLength(1);
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: more }));
    expect((await allOf(at.store.read(uri))).equals(bytes)).toBe(true);
  });
});
