import type { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promote } from '../../support/registering.js';
import { makeBucket, s3ClientFor } from '../../support/s3-buckets.js';
import { startS3Server, type S3Server } from '../../support/s3-server.js';
import { Bucket, pinning, PinWorld, POLL } from './pin-world.js';

const OBJECTS = 24;

describe('objects that several pins protect', () => {
  let server: S3Server;
  let client: S3Client;
  let bucket: Bucket;
  let world: PinWorld;
  beforeAll(async () => {
    server = await startS3Server();
    client = s3ClientFor(server.endpoint, server.keys);
    bucket = new Bucket(client, await makeBucket(client, 'locked'));
    const access = { ...server, bucket: bucket.name };
    world = await PinWorld.start(pinning(access, { LASTGOOD_RETENTION_SECONDS: '1' }));
  });
  afterAll(async () => {
    await world?.close();
    client?.destroy();
    await server?.close();
  });

  it('are released when all of those pins end at the same moment: none leaves it to another', async () => {
    const keys = Array.from({ length: OBJECTS }, (_, index) => `twice/${index}.bin`);
    for (const key of keys) await bucket.lay(key);
    const prefix = `s3://${bucket.name}/twice/`;
    const uris = keys.map((key) => `s3://${bucket.name}/${key}`);
    await world.register('twice', [prefix, ...uris]);
    await promote(world.api, 'twice', 1);
    for (const uri of [prefix, ...uris]) await expect.poll(() => world.stateOf('twice', uri), POLL).toBe('present');
    await world.removeAlias('twice');
    await expect.poll(() => world.rows.query('SELECT FROM pins'), POLL).toEqual([]);
    const held = await Promise.all(keys.map((key) => bucket.held(key)));
    expect(held.filter(Boolean)).toEqual([]);
  });
});
