import { describe, expect, it } from 'vitest';
import { promote } from '../../support/registering.js';
import { lockedBucket } from './pin-places.js';
import { POLL } from './pin-world.js';

const OBJECTS = 1_000;

describe('pins of a version that was just moved to', () => {
  const place = lockedBucket({ LASTGOOD_PIN_INTERVAL_SECONDS: '900' });

  it('are set before the others of a long sweep that is under way', async () => {
    const { bucket, world } = place;
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
