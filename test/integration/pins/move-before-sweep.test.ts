import type { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promote } from '../../support/registering.js';
import { makeBucket, s3ClientFor } from '../../support/s3-buckets.js';
import { startS3Server, type S3Server } from '../../support/s3-server.js';
import { Bucket, pinning, PinWorld, POLL } from './pin-world.js';

const OBJECTS = 1_000;

describe('pins of a version that was just moved to', () => {
  let server: S3Server;
  let client: S3Client;
  let bucket: Bucket;
  let world: PinWorld;
  beforeAll(async () => {
    server = await startS3Server();
    client = s3ClientFor(server.endpoint, server.keys);
    bucket = new Bucket(client, await makeBucket(client, 'locked'));
    const access = { ...server, bucket: bucket.name };
    world = await PinWorld.start(pinning(access, { LASTGOOD_PIN_INTERVAL_SECONDS: '900' }));
  });
  afterAll(async () => {
    await world?.close();
    client?.destroy();
    await server?.close();
  });

  it('are set before the others of a long sweep that is under way', async () => {
    const uris = Array.from({ length: OBJECTS }, (_, index) => `s3://${bucket.name}/many/${index}.bin`);
    const uri = await bucket.lay('moved.bin');
    await world.register('many', uris);
    await world.register('moved', [uri]);
    const waiting = async (): Promise<number> =>
      (await world.rows.query(`SELECT FROM pins WHERE checked_at IS NULL AND subject LIKE '%/many/%'`)).length;
    await promote(world.api, 'many', 1);
    await expect.poll(waiting, POLL).toBeGreaterThan(0);
    await expect.poll(waiting, POLL).toBeLessThan(OBJECTS);
    await promote(world.api, 'moved', 1);
    await expect.poll(() => world.stateOf('moved', uri), POLL).toBe('present');
    expect(await waiting()).toBeGreaterThan(0);
  });
});
