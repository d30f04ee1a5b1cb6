import { DeleteObjectCommand, GetObjectLegalHoldCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promote } from '../../support/registering.js';
import { layObject, makeBucket } from '../../support/s3-buckets.js';
import { S3Line } from '../../support/s3-line.js';
import { ownServer } from './pin-places.js';
import { pinning, PinWorld, POLL } from './pin-world.js';

describe('an object that is deleted between its pin and the look whether that took', () => {
  const place = ownServer();
  let line: S3Line;
  let world: PinWorld;
  let bucket: string;
  beforeAll(async () => {
    const { server, client } = place;
    bucket = await makeBucket(client, 'locked');
    line = await S3Line.to(server.endpoint);
    const access = { endpoint: line.endpoint, keys: server.keys, bucket };
    world = await PinWorld.start(pinning(access, { LASTGOOD_RETENTION_SECONDS: '1' }));
  });
  afterAll(async () => {
    await world?.close();
    await line?.cut();
  });

  it('keeps the hold as one of ours: it is looked after while it is needed, and released in the end', async () => {
    const { client } = place;
    const VersionId = await layObject(client, bucket, 'a.bin', 'weights');
    const uri = `s3://${bucket}/a.bin`;
    const isHeld = async (): Promise<boolean> => {
      const asked = new GetObjectLegalHoldCommand({ Bucket: bucket, Key: 'a.bin', VersionId });
      return (await client.send(asked)).LegalHold?.Status === 'ON';
    };
    await world.register('raced', [uri]);
    const [set, look] = [`PUT /${bucket}/a.bin`, `HEAD /${bucket}/a.bin`];
    line.hold(set);
    await promote(world.api, 'raced', 1);
    await expect.poll(() => line.held(set), POLL).toBe(1);
    line.hold(look);
    line.letGo(set);
    await expect.poll(() => line.held(look), POLL).toBeGreaterThan(0);
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'a.bin' }));
    line.letGo(look);
    await expect.poll(() => world.stateOf('raced', uri), POLL).toBe('missing');
    expect(await isHeld()).toBe(true);
    await world.removeAlias('raced');
    await expect.poll(isHeld, POLL).toBe(false);
    await expect.poll(() => world.rows.query('SELECT FROM pins'), POLL).toEqual([]);
  });
});
