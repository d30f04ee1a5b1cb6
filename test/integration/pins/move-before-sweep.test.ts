import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promote } from '../../support/registering.js';
import { makeBucket } from '../../support/s3-buckets.js';
import { S3Line } from '../../support/s3-line.js';
import { ownServer } from './pin-places.js';
import { Bucket, pinning, PinWorld, POLL } from './pin-world.js';

/** Several batches of a sweep. */
const OBJECTS = 200;
/** What is sent to set the holds of the many, and only that. */
const HOLDS_OF_MANY = '.many?legal-hold';

describe('pins of a version that was just moved to', () => {
  const place = ownServer();
  let line: S3Line;
  let bucket: Bucket;
  let world: PinWorld;
  beforeAll(async () => {
    line = await S3Line.to(place.server.endpoint);
    bucket = new Bucket(place.client, await makeBucket(place.client, 'locked'));
    const access = { ...place.server, endpoint: line.endpoint, bucket: bucket.name };
    world = await PinWorld.start(
      pinning(access, { LASTGOOD_PIN_INTERVAL_SECONDS: '900', LASTGOOD_CHECK_DEEP_SECONDS: '0' }),
    );
  });
  afterAll(async () => {
    await world?.close();
    await line?.cut();
  });

  it('are set before the others of a long sweep that is under way', async () => {
    const uris = await Promise.all(Array.from({ length: OBJECTS }, (_, index) => bucket.lay(`${index}.many`)));
    const uri = await bucket.lay('moved.bin');
    await world.register('many', uris);
    await world.register('moved', [uri]);
    // Whoever else is at the pins would wait for its turn, too.
    await expect.poll(() => world.isIdle(), POLL).toBe(true);
    line.hold(HOLDS_OF_MANY);
    await promote(world.api, 'many', 1);
    await expect.poll(() => line.held(HOLDS_OF_MANY), POLL).toBeGreaterThan(0);
    await promote(world.api, 'moved', 1);
    await expect.poll(() => world.isWaitedFor(), POLL).toBe(true);
    line.letGo(HOLDS_OF_MANY);
    await expect.poll(() => world.stateOf('moved', uri), POLL).toBe('present');
    const earlier = await world.rows.query(
      `SELECT FROM checks WHERE kind = 'pin' AND id < (SELECT min(id) FROM checks WHERE kind = 'pin' AND subject = $1)`,
      [uri],
    );
    expect(earlier.length).toBeLessThan(OBJECTS / 2);
  });
});
