import type { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { promote } from '../../support/registering.js';
import { makeBucket, s3ClientFor } from '../../support/s3-buckets.js';
import { S3Line } from '../../support/s3-line.js';
import { startS3Server, type S3Server } from '../../support/s3-server.js';
import { Bucket, pinning, PinWorld, POLL } from './pin-world.js';

// Three groups that are worked through one after the other.
const OBJECTS = 450;
const IN_THE_SECOND = 'shards/250.bin';
const IN_THE_THIRD = 'shards/420.bin';

describe('a pin of a prefix with many objects that is under way while aliases move', () => {
  let server: S3Server;
  let client: S3Client;
  let line: S3Line;
  let bucket: Bucket;
  let prefix: string;
  let world: PinWorld;
  const keys = Array.from({ length: OBJECTS }, (_, index) => `shards/${String(index).padStart(3, '0')}.bin`);
  beforeAll(async () => {
    server = await startS3Server();
    client = s3ClientFor(server.endpoint, server.keys);
    line = await S3Line.to(server.endpoint);
  });
  beforeEach(async () => {
    bucket = new Bucket(client, await makeBucket(client, 'locked'));
    for (let next = 0; next < keys.length; next += 30)
      await Promise.all(keys.slice(next, next + 30).map((key) => bucket.lay(key)));
    prefix = `s3://${bucket.name}/shards/`;
    const access = { ...server, endpoint: line.endpoint, bucket: bucket.name };
    const more = {
      LASTGOOD_PIN_INTERVAL_SECONDS: '900',
      LASTGOOD_RETENTION_SECONDS: '1',
      // What is held on the line would hold readings too, and with them the places that jobs of pins want.
      LASTGOOD_CHECK_DEEP_SECONDS: '0',
      LASTGOOD_BULK_JOB_CONCURRENCY: '8',
    };
    world = await PinWorld.start(pinning(access, more));
    return () => world.close();
  });
  afterAll(async () => {
    await line?.cut();
    client?.destroy();
    await server?.close();
  });

  const held = async (): Promise<number> =>
    (await Promise.all(keys.map((key) => bucket.held(key)))).filter(Boolean).length;
  /** Lets the prefix's pin come to its second group, and leave it there for the pins of a model that is moved. */
  const interrupt = async (): Promise<string> => {
    const uri = await bucket.lay('moved.bin');
    await world.register('long', [prefix]);
    await world.register('moved', [uri]);
    // Others who go through the prefix would take turns with the two jobs that this is about.
    await expect.poll(() => world.isIdle(), POLL).toBe(true);
    line.hold(IN_THE_SECOND);
    await promote(world.api, 'long', 1);
    await expect.poll(() => line.held(IN_THE_SECOND), POLL).toBeGreaterThan(0);
    await promote(world.api, 'moved', 1);
    await expect.poll(() => world.isWaitedFor(), POLL).toBe(true);
    line.letGo(IN_THE_SECOND);
    return uri;
  };

  it('lets the pins of a move go first after a group, and is whole in the end', async () => {
    const uri = await interrupt();
    await expect.poll(() => world.stateOf('moved', uri), POLL).toBe('present');
    await expect.poll(() => world.stateOf('long', prefix), POLL).toBe('present');
    const [first, long] = [(await world.pins('moved'))[uri], (await world.pins('long'))[prefix]];
    expect(Date.parse(first?.observedAt ?? '')).toBeLessThan(Date.parse(long?.observedAt ?? ''));
    expect(long?.evidence).toMatchObject({ objects: OBJECTS, pinned: OBJECTS, ours: OBJECTS });
    expect(await world.statesOver(prefix)).toEqual(['present']);
    expect(await held()).toBe(OBJECTS);
  });

  it('is left and released where its protection ends meanwhile', async () => {
    line.hold(IN_THE_THIRD);
    const uri = await interrupt();
    await expect.poll(() => world.stateOf('moved', uri), POLL).toBe('present');
    await world.removeAlias('long');
    await expect.poll(() => world.isWaitedFor(), POLL).toBe(true);
    line.letGo(IN_THE_THIRD);
    const pins = async (): Promise<unknown> => world.rows.query('SELECT subject FROM pins ORDER BY subject');
    await world.rows.query('UPDATE pin_schedule SET next_at = now()');
    await expect.poll(pins, POLL).toEqual([{ subject: uri }]);
    expect(await held()).toBe(0);
  });

  it('comes to its end while versions that need it too are moved to all the time', async () => {
    const uris = [await bucket.lay('one.bin'), await bucket.lay('two.bin')];
    for (const uri of uris) await world.register('long', [prefix, uri]);
    await expect.poll(() => world.isIdle(), POLL).toBe(true);
    line.hold(IN_THE_SECOND);
    await promote(world.api, 'long', 1);
    await expect.poll(() => line.held(IN_THE_SECOND), POLL).toBeGreaterThan(0);
    let moves = 0;
    const isWhole = async (): Promise<boolean> => (await world.stateOf('long', prefix)) === 'present';
    while (!(await isWhole())) {
      moves += 1;
      await promote(world.api, 'long', (moves % 2) + 1);
      // The pins of the next move are asked for while those of this one still wait.
      await expect.poll(async () => (await world.isWaitedFor()) || (await isWhole()), POLL).toBe(true);
      line.letGo(IN_THE_SECOND);
    }
    expect(moves).toBeGreaterThan(0);
  });
});
