import type { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll } from 'vitest';
import { makeBucket, s3ClientFor } from '../../support/s3-buckets.js';
import { startS3Server, type S3Server } from '../../support/s3-server.js';
import { Bucket, pinning, PinWorld } from './pin-world.js';

/** An S3 server of its own, and a client with the rights of its first user. */
export interface OwnServer {
  readonly server: S3Server;
  readonly client: S3Client;
}

/** A bucket with object lock, and a registry that pins in it. */
export interface LockedBucket extends OwnServer {
  readonly bucket: Bucket;
  readonly world: PinWorld;
}

/** Starts a server before the tests of a file or group, and ends it after them. Its fields may be read within tests only. */
export function ownServer(): OwnServer {
  const place = {} as { -readonly [Key in keyof OwnServer]: OwnServer[Key] };
  beforeAll(async () => {
    place.server = await startS3Server();
    place.client = s3ClientFor(place.server.endpoint, place.server.keys);
  });
  afterAll(async () => {
    place.client?.destroy();
    await place.server?.close();
  });
  return place;
}

/** The same with a bucket with object lock, and a registry with these settings that pins in it. */
export function lockedBucket(settings: Record<string, string>): LockedBucket {
  const place = ownServer() as { -readonly [Key in keyof LockedBucket]: LockedBucket[Key] };
  beforeAll(async () => {
    place.bucket = new Bucket(place.client, await makeBucket(place.client, 'locked'));
    place.world = await PinWorld.start(pinning({ ...place.server, bucket: place.bucket.name }, settings));
  });
  afterAll(() => place.world?.close());
  return place;
}
