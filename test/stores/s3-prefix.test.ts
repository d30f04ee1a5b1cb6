import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { PresentObject } from '../../src/stores/artifact-store.js';
import { S3Store } from '../../src/stores/s3-store.js';
import { layObject, s3ClientFor } from '../support/s3-buckets.js';

// More than three pages of a list.
const OBJECTS = 3_050;
const AT_ONCE = 32;

const below = `crowd-${randomUUID()}/`;
const nameOf = (at: number): string => `${below}shard ${String(at).padStart(5, '0')}+.bin`;
let client: S3Client;
let store: S3Store;

beforeAll(async () => {
  const { endpoint, keys: credentials, bucket } = inject('s3');
  client = s3ClientFor(endpoint, credentials);
  store = new S3Store({ bucket, endpoint, credentials });
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < OBJECTS; at = next++) await layObject(client, bucket, nameOf(at), `bytes ${at % 10}`);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
});
afterAll(() => {
  store?.close();
  client?.destroy();
});

const look = async (): Promise<PresentObject> => {
  const seen = await store.stat(`s3://${inject('s3').bucket}/${below}`);
  if (seen.state !== 'present') throw new Error(seen.evidence);
  return seen;
};

it('a prefix of thousands of objects is seen whole, and one that is gone, came or was overwritten shows', async () => {
  const { bucket } = inject('s3');
  const whole = await look();
  expect(whole).toMatchObject({ size: OBJECTS * 7, objects: OBJECTS, lastModified: expect.any(String) });
  expect(await look()).toEqual(whole);

  const last = nameOf(OBJECTS - 1);
  await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: last }));
  expect(await look()).toMatchObject({ size: (OBJECTS - 1) * 7, objects: OBJECTS - 1 });
  // As many objects and as many bytes, under another name.
  await layObject(client, bucket, nameOf(OBJECTS), 'bytes 9');
  const renamed = await look();
  expect(renamed).toMatchObject({ size: whole.size, objects: whole.objects });
  expect(renamed.mark).not.toBe(whole.mark);

  await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: nameOf(OBJECTS) }));
  await layObject(client, bucket, last, 'bytes 9');
  expect((await look()).mark).toBe(whole.mark);
  await layObject(client, bucket, nameOf(1_500), 'bytes X');
  expect(await look()).toMatchObject({ size: whole.size, objects: whole.objects });
  expect((await look()).mark).not.toBe(whole.mark);
});
