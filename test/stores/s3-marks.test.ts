import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { PresentObject } from '../../src/stores/artifact-store.js';
import { etagMark, etagOf } from '../../src/stores/etag-mark.js';
import { s3Mark } from '../../src/stores/s3-mark.js';
import { S3Store } from '../../src/stores/s3-store.js';
import { layObject } from '../support/s3-buckets.js';
import { allListed } from './all-listed.js';
import { allOf, freshBytes } from './sample-bytes.js';
import { thrownBy } from './thrown-by.js';

describe('a bucket with versions', () => {
  const bucket = `lastgood-test-${randomBytes(6).toString('hex')}-versions`;
  const uri = (key: string): string => `s3://${bucket}/${key}`;
  let client: S3Client;
  let store: S3Store;

  const put = (key: string, bytes: Uint8Array) =>
    client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
  const seen = async (key: string): Promise<PresentObject> => {
    const found = await store.stat(uri(key));
    if (found.state !== 'present') throw new Error(found.evidence);
    return found;
  };
  const versions = (Status: 'Enabled' | 'Suspended') =>
    client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status } }));

  beforeAll(async () => {
    const { endpoint, keys: credentials } = inject('s3');
    const requestChecksumCalculation = 'WHEN_REQUIRED';
    client = new S3Client({
      endpoint,
      credentials,
      region: 'us-east-1',
      forcePathStyle: true,
      requestChecksumCalculation,
    });
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    store = new S3Store({ bucket, endpoint, credentials });
  });

  afterAll(() => {
    store.close();
    client.destroy();
  });

  it('keeps the marks of what was there before it had versions', async () => {
    const bytes = freshBytes(10);
    await put('older', bytes);
    const before = await seen('older');
    expect(before.mark).toMatch(/^etag:[0-9a-f]{32}$/);
    await versions('Enabled');
    const after = await seen('older');
    expect(after.mark).toBe(before.mark);
    expect((await allOf(store.read(uri('older'), { ifMark: before.mark }))).equals(bytes)).toBe(true);
    await put('older', freshBytes(10));
    expect((await seen('older')).mark).toMatch(/^version:./);
    expect(await thrownBy(store.read(uri('older'), { ifMark: before.mark }))).toMatchObject({ code: 'changed' });
  });

  it('marks an object by its version, so that it is changed, and not present, once it is overwritten', async () => {
    const bytes = freshBytes(10);
    await put('model', bytes);
    const first = await seen('model');
    expect(first.mark).toBe(`version:${first.versionId}`);
    await put('model', bytes);
    const second = await seen('model');
    expect(second.mark).not.toBe(first.mark);
    for (const range of [{}, { start: 5 }, { start: 50 }]) {
      const error = await thrownBy(store.read(uri('model'), { ifMark: first.mark, ...range }));
      expect(error).toMatchObject({ code: 'changed', evidence: expect.stringContaining(first.mark ?? '-') });
    }
    expect((await allOf(store.read(uri('model'), { ifMark: second.mark }))).equals(bytes)).toBe(true);
  });

  it('is changed where the recorded version was deleted for good and another one lies there', async () => {
    const VersionId = await layObject(client, bucket, 'replaced', freshBytes(10));
    const { mark } = await seen('replaced');
    expect(mark).toBe(`version:${VersionId}`);
    await put('replaced', freshBytes(10));
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'replaced', VersionId }));
    expect((await seen('replaced')).mark).toMatch(/^version:./);
    expect(await thrownBy(store.read(uri('replaced'), { ifMark: mark }))).toMatchObject({ code: 'changed' });
  });

  it('is the recorded one again once the delete marker over it is taken away', async () => {
    const first = await layObject(client, bucket, 'undeleted', freshBytes(10));
    const { VersionId } = await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'undeleted' }));
    expect(await store.stat(uri('undeleted'))).toMatchObject({ state: 'missing' });
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'undeleted', VersionId }));
    expect((await seen('undeleted')).mark).toBe(`version:${first}`);
  });

  it('is read with the marks that its list gives, which know of no versions', async () => {
    const bytes = freshBytes(10);
    await put('listed/model', bytes);
    const [file] = await allListed(store.list(uri('listed/')));
    expect(file?.mark).toMatch(/^etag:/);
    expect((await allOf(store.read(file?.uri ?? '', { ifMark: file?.mark }))).equals(bytes)).toBe(true);
  });

  it('says missing of an object that was deleted, though its versions are kept', async () => {
    await put('deleted', freshBytes(10));
    const { mark } = await seen('deleted');
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'deleted' }));
    expect(await store.stat(uri('deleted'))).toMatchObject({ state: 'missing' });
    expect(await thrownBy(store.read(uri('deleted'), { ifMark: mark }))).toMatchObject({ code: 'missing' });
  });

  it('marks by tag again what is written after versions were suspended', async () => {
    await versions('Suspended');
    await put('later', freshBytes(10));
    const { mark } = await seen('later');
    expect(mark).toMatch(/^etag:/);
    await put('later', freshBytes(10));
    expect((await seen('later')).mark).not.toBe(mark);
    await versions('Enabled');
  });
});

describe('the mark of an entity tag', () => {
  it.each([
    ['"abc"', 'etag:abc'],
    ['abc', 'etag:abc'],
    ['"abc-3"', 'etag:abc-3'],
    ['W/"abc"', undefined],
    ['', undefined],
    ['""', undefined],
    ['a"b', undefined],
    [undefined, undefined],
  ])('%j is %j', (etag, mark) => {
    expect(etagMark(etag)).toBe(mark);
    expect(etagOf(mark)).toBe(mark === undefined ? undefined : `"${mark.slice(5)}"`);
  });

  it('gives way to a version id, unless that is the one of objects without a version', () => {
    expect(s3Mark({ ETag: '"a"', VersionId: 'v' })).toBe('version:v');
    expect(s3Mark({ ETag: '"a"', VersionId: 'null' })).toBe('etag:a');
    expect(s3Mark({ VersionId: 'null' })).toBeUndefined();
    expect(etagOf('version:v')).toBeUndefined();
  });
});
