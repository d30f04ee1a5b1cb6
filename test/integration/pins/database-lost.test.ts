import { describe, expect, it } from 'vitest';
import { holdWrites } from '../../support/held-writes.js';
import { promote } from '../../support/registering.js';
import { lockedBucket } from './pin-places.js';
import { POLL } from './pin-world.js';

const OBJECTS = 450;

describe('pins whose worker loses the database in the middle', () => {
  const place = lockedBucket({ LASTGOOD_PIN_INTERVAL_SECONDS: '900', LASTGOOD_RETENTION_SECONDS: '1' });

  it('are all set by the next try, and known to be ours', async () => {
    const { bucket, world } = place;
    const keys = Array.from({ length: OBJECTS }, (_, index) => `shards/${index}.bin`);
    for (let next = 0; next < keys.length; next += 30)
      await Promise.all(keys.slice(next, next + 30).map((key) => bucket.lay(key)));
    const prefix = `s3://${bucket.name}/shards/`;
    await world.register('cut', [prefix]);
    // The second group is held by the server and not yet noted when the connections are lost.
    const writes = await holdWrites(world.api.databaseUrl, 'pinned_objects', 'set_at IS NOT NULL', 200);
    await promote(world.api, 'cut', 1);
    await writes.reached();
    await writes.release();
    await expect.poll(() => world.stateOf('cut', prefix), POLL).toBe('present');
    const evidence = { objects: OBJECTS, pinned: OBJECTS, ours: OBJECTS };
    expect((await world.pins('cut'))[prefix]?.evidence).toMatchObject(evidence);
    const held = await Promise.all(keys.map((key) => bucket.held(key)));
    expect(held.filter(Boolean)).toHaveLength(OBJECTS);
  });
});
