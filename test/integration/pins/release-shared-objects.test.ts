import { describe, expect, it } from 'vitest';
import { promote } from '../../support/registering.js';
import { lockedBucket } from './pin-places.js';
import { POLL } from './pin-world.js';

const OBJECTS = 24;

describe('objects that several pins protect', () => {
  const place = lockedBucket({ LASTGOOD_RETENTION_SECONDS: '1' });

  it('are released when all of those pins end at the same moment: none leaves it to another', async () => {
    const { bucket, world } = place;
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
