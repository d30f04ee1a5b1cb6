import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { S3Store } from '../../src/stores/s3-store.js';
import { partSizeFor } from '../../src/stores/s3-upload.js';
import { storeContract } from './contract.js';
import { s3StoreUnderTest } from './s3-store-under-test.js';
import { allOf, freshBytes, putOf } from './sample-bytes.js';
import { thrownBy } from './thrown-by.js';

const MIB = 1024 * 1024;

storeContract('a bucket', () => s3StoreUnderTest());

describe('a bucket of artifacts', () => {
  let at: Awaited<ReturnType<typeof s3StoreUnderTest>>;

  beforeAll(async () => (at = await s3StoreUnderTest()));
  afterAll(() => at?.close());

  it('remembers digest and media type with the object', async () => {
    const request = putOf(freshBytes(10), { mediaType: 'application/onnx' });
    const { uri } = await at.store.put(request);
    const hex = request.digest.slice('sha256:'.length);
    expect(uri).toBe(`s3://${inject('s3').bucket}/${at.prefix}sha256/${hex.slice(0, 2)}/${hex.slice(2)}`);
    expect(await at.store.stat(uri)).toMatchObject({ digest: request.digest, mediaType: 'application/onnx' });
  });

  it('replaces an object that lies under the digest without having been verified', async () => {
    const bytes = freshBytes(1_000);
    const request = putOf(bytes);
    await at.damage(request.digest, freshBytes(1_000));
    expect(await at.store.put(request)).toMatchObject({ created: true });
    expect((await allOf(at.store.read(at.store.uriOf(request.digest)))).equals(bytes)).toBe(true);
  });

  it('keeps to its buckets, and names them', async () => {
    const { bucket, privateBucket } = inject('s3');
    expect(await at.store.refuses('s3://elsewhere/key')).toEqual({
      code: 'unknown-bucket',
      text: `s3://elsewhere/key lies in the bucket elsewhere, and the buckets served here are: ${bucket}, ${privateBucket}; S3_BUCKET and LASTGOOD_S3_STORES_FILE name them`,
    });
  });

  it('makes nothing visible out of bytes that changed on the line', async () => {
    for (const size of [300_000, 18 * MIB]) {
      const request = putOf(freshBytes(size));
      at.line.spoil();
      const error = await thrownBy(at.store.put(request));
      await at.line.mend();
      expect(error).toMatchObject({ name: 'StoreError' });
      expect(await at.store.stat(at.store.uriOf(request.digest))).toMatchObject({ state: 'missing' });
    }
  });

  it('ends a stream with unreachable when the line is cut in the middle', async () => {
    const uri = await at.plant('long', freshBytes(4 * MIB));
    at.line.cutAfter(1 * MIB);
    const error = await thrownBy(allOf(at.store.read(uri)));
    await at.line.mend();
    expect(error).toMatchObject({ name: 'StoreError', code: 'unreachable', uri });
  });

  it('gives up on a server that keeps the line open and says nothing', async () => {
    const hasty = await s3StoreUnderTest({ idleMs: 400, statMs: 600, attempts: 2 });
    const uri = await hasty.plant('silent', freshBytes(10));
    hasty.line.stall();
    const [seen, error] = await Promise.all([hasty.store.stat(uri), thrownBy(hasty.store.read(uri))]);
    await hasty.close();
    expect(seen).toMatchObject({ state: 'unreachable', evidence: expect.stringContaining('time limit') });
    expect(error).toMatchObject({ name: 'StoreError', code: 'unreachable' });
  });

  it('fails an upload during an outage, and takes it afterwards', async () => {
    const bytes = freshBytes(100);
    await at.line.cut();
    const error = await thrownBy(at.store.put(putOf(bytes)));
    await at.line.mend();
    expect(error).toMatchObject({ name: 'StoreError', code: 'unreachable' });
    expect(await at.store.put(putOf(bytes))).toMatchObject({ created: true });
  });

  it('says that uploads are forbidden, or that their bucket is missing', async () => {
    const { endpoint, keys, privateBucket } = inject('s3');
    const request = putOf(freshBytes(10));
    const forbidden = new S3Store({ bucket: privateBucket, endpoint, credentials: keys });
    await expect(forbidden.put(request)).rejects.toMatchObject({ code: 'forbidden' });
    const missing = new S3Store({ bucket: 'lastgood-no-such-bucket', endpoint, credentials: keys });
    await expect(missing.put(request)).rejects.toMatchObject({
      code: 'missing',
      message: expect.stringContaining('NoSuchBucket'),
    });
    forbidden.close();
    missing.close();
  });

  it('shows no credentials in any error, nor when it is printed', async () => {
    const { endpoint, keys, bucket } = inject('s3');
    const credentials = { accessKeyId: keys.accessKeyId, secretAccessKey: 'a-wrong-secret', sessionToken: 'a-token' };
    const store = new S3Store({ bucket, endpoint, credentials, limits: { attempts: 1 } });
    const uri = `s3://${bucket}/key`;
    const printed = [
      store,
      await store.stat(uri),
      await thrownBy(store.read(uri)),
      await thrownBy(store.put(putOf(freshBytes(10)))),
    ].map((value) => inspect(value, { depth: null, showHidden: true }));
    store.close();
    expect(printed.join()).toContain('403');
    for (const secret of Object.values(credentials)) expect(printed.join()).not.toContain(secret);
  });
});

describe('the parts of an upload', () => {
  it.each([
    [0, 8 * MIB],
    [64 * MIB, 8 * MIB],
    [200 * 1024 * MIB, 21 * MIB],
    [5 * 1024 * 1024 * MIB, 525 * MIB],
  ])('of %d bytes have %d bytes each, so that 10,000 are enough', (size, part) => {
    expect(partSizeFor(size)).toBe(part);
    expect(Math.ceil(size / part)).toBeLessThanOrEqual(10_000);
  });
});
