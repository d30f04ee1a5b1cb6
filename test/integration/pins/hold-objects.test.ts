import { DeleteObjectCommand, HeadObjectCommand, PutObjectLegalHoldCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { promote } from '../../support/registering.js';
import { lockedBucket } from './pin-places.js';
import { pinning, PinWorld, POLL } from './pin-world.js';

describe('objects in a bucket with object lock', () => {
  const place = lockedBucket({ LASTGOOD_RETENTION_SECONDS: '1' });

  const setHold = async (Key: string, Status: 'ON' | 'OFF'): Promise<void> => {
    const { client, bucket } = place;
    await client.send(new PutObjectLegalHoldCommand({ Bucket: bucket.name, Key, LegalHold: { Status } }));
  };

  it('are held from the move on: the server refuses to delete what is live', async () => {
    const { client, bucket, world } = place;
    const uri = await bucket.lay('live.bin');
    await world.register('live', [uri]);
    expect(await bucket.held('live.bin')).toBe(false);
    await promote(world.api, 'live', 1);
    await expect.poll(() => bucket.held('live.bin'), POLL).toBe(true);
    await expect.poll(() => world.stateOf('live', uri), POLL).toBe('present');
    const evidence = { how: ['legal-hold'], objects: 1, pinned: 1, ours: 1 };
    expect((await world.pins('live'))[uri]).toMatchObject({ version: 1, evidence });
    const { VersionId } = await client.send(new HeadObjectCommand({ Bucket: bucket.name, Key: 'live.bin' }));
    const deletion = client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: 'live.bin', VersionId }));
    await expect(deletion).rejects.toMatchObject({ name: 'AccessDenied', message: 'forbidden by object lock' });
  });

  it('are held again after somebody took the hold away, and the check says that it was missing', async () => {
    const { bucket, world } = place;
    const uri = await bucket.lay('repaired.bin');
    await world.register('repaired', [uri]);
    await promote(world.api, 'repaired', 1);
    await expect.poll(() => world.stateOf('repaired', uri), POLL).toBe('present');
    await setHold('repaired.bin', 'OFF');
    await expect.poll(() => bucket.held('repaired.bin'), POLL).toBe(true);
    await expect.poll(() => world.statesOver(uri), POLL).toEqual(['present', 'missing', 'present']);
    const sql = `SELECT evidence FROM checks WHERE subject = $1 AND state = 'missing' AND kind = 'pin'`;
    const [lost] = await world.rows.query<{ evidence: object }>(sql, [uri]);
    expect(lost?.evidence).toMatchObject({ removed: 1, said: `taken away by somebody else since it was set: ${uri}` });
  });

  it('below a prefix are held, each of them, those that were added later too', async () => {
    const { bucket, world } = place;
    const keys = ['shards/1.bin', 'shards/2.bin', 'shards/deep/3.bin'];
    for (const key of keys) await bucket.lay(key);
    const prefix = `s3://${bucket.name}/shards/`;
    await world.register('sharded', [prefix]);
    await promote(world.api, 'sharded', 1);
    await expect.poll(() => world.stateOf('sharded', prefix), POLL).toBe('present');
    expect((await world.pins('sharded'))[prefix]?.evidence).toMatchObject({ objects: 3, pinned: 3, ours: 3 });
    await bucket.lay('shards/4.bin');
    for (const key of [...keys, 'shards/4.bin']) await expect.poll(() => bucket.held(key), POLL).toBe(true);
  });

  it('that several versions share are held until the last of them is needed no more', async () => {
    const { bucket, world } = place;
    const uri = await bucket.lay('shared.bin');
    for (const model of ['first', 'second']) {
      await world.register(model, [uri]);
      await promote(world.api, model, 1);
      await expect.poll(() => world.stateOf(model, uri), POLL).toBe('present');
    }
    await world.removeAlias('first');
    await expect.poll(() => world.pins('first'), POLL).toEqual({});
    expect(await bucket.held('shared.bin')).toBe(true);
    await world.removeAlias('second');
    await expect.poll(() => bucket.held('shared.bin'), POLL).toBe(false);
    await expect.poll(() => world.rows.query('SELECT FROM pins WHERE subject = $1', [uri]), POLL).toEqual([]);
  });

  it('named by one version and below the prefix of another are held while either is needed', async () => {
    const { bucket, world } = place;
    const uri = await bucket.lay('both/a.bin');
    const prefix = `s3://${bucket.name}/both/`;
    await world.register('by-name', [uri]);
    await world.register('by-prefix', [prefix]);
    for (const model of ['by-name', 'by-prefix']) await promote(world.api, model, 1);
    await expect.poll(() => world.stateOf('by-name', uri), POLL).toBe('present');
    await expect.poll(() => world.stateOf('by-prefix', prefix), POLL).toBe('present');
    await world.removeAlias('by-prefix');
    await expect.poll(() => world.rows.query('SELECT FROM pins WHERE subject = $1', [prefix]), POLL).toEqual([]);
    expect(await bucket.held('both/a.bin')).toBe(true);
    await world.removeAlias('by-name');
    await expect.poll(() => bucket.held('both/a.bin'), POLL).toBe(false);
  });

  it('that somebody else held before us stay held when we need them no more', async () => {
    const { bucket, world } = place;
    const uri = await bucket.lay('theirs.bin');
    await setHold('theirs.bin', 'ON');
    await world.register('theirs', [uri]);
    await promote(world.api, 'theirs', 1);
    await expect.poll(() => world.stateOf('theirs', uri), POLL).toBe('present');
    expect((await world.pins('theirs'))[uri]?.evidence).toMatchObject({ pinned: 1, ours: 0 });
    await world.removeAlias('theirs');
    await expect.poll(() => world.rows.query('SELECT FROM pins WHERE subject = $1', [uri]), POLL).toEqual([]);
    expect(await bucket.held('theirs.bin')).toBe(true);
  });

  it('stay held under their earlier version when they are overwritten, and both are released in the end', async () => {
    const { bucket, world } = place;
    const uri = await bucket.lay('overwritten.bin');
    await world.register('overwritten', [uri]);
    await promote(world.api, 'overwritten', 1);
    await expect.poll(() => world.stateOf('overwritten', uri), POLL).toBe('present');
    await bucket.lay('overwritten.bin', 'other');
    await expect.poll(() => bucket.held('overwritten.bin'), POLL).toBe(true);
    const versions = () =>
      world.rows.query('SELECT version_id FROM pinned_objects WHERE place = $1 AND ours AND set_at IS NOT NULL', [uri]);
    await expect.poll(async () => (await versions()).length, POLL).toBe(2);
    await world.removeAlias('overwritten');
    await expect.poll(versions, POLL).toEqual([]);
    expect(await bucket.held('overwritten.bin')).toBe(false);
  });

  it('that are not there are said to be missing, and the move is made', async () => {
    const { bucket, world } = place;
    const uri = `s3://${bucket.name}/nowhere.bin`;
    await world.register('ghost', [uri]);
    expect(await promote(world.api, 'ghost', 1)).toMatchObject({ version: 1 });
    await expect.poll(() => world.stateOf('ghost', uri), POLL).toBe('missing');
  });

  it('are our own although the worker was killed between the server’s answer and its note', async () => {
    const { bucket, world } = place;
    const uri = await bucket.lay('killed.bin');
    await world.register('killed', [uri]);
    await promote(world.api, 'killed', 1);
    await expect.poll(() => world.stateOf('killed', uri), POLL).toBe('present');
    // What such a worker leaves: the hold, and the intention.
    await world.rows.query('UPDATE pinned_objects SET set_at = NULL WHERE place = $1', [uri]);
    const noted = 'SELECT FROM pinned_objects WHERE place = $1 AND ours AND set_at IS NOT NULL';
    await expect.poll(async () => (await world.rows.query(noted, [uri])).length, POLL).toBe(1);
    expect(await world.statesOver(uri)).toEqual(['present']);
    await world.removeAlias('killed');
    await expect.poll(() => bucket.held('killed.bin'), POLL).toBe(false);
  });

  it('are released where pins are switched off, and nothing is pinned any more', async () => {
    const { server, bucket, world } = place;
    const uri = await bucket.lay('off.bin');
    await world.register('off', [uri]);
    await promote(world.api, 'off', 1);
    await expect.poll(() => world.stateOf('off', uri), POLL).toBe('present');
    const { databaseUrl } = world.api;
    await world.api.app.close();
    const access = { ...server, bucket: bucket.name };
    const off = await PinWorld.start(pinning(access, { LASTGOOD_PINS: 'false' }), databaseUrl);
    await expect.poll(() => bucket.held('off.bin'), POLL).toBe(false);
    await expect.poll(() => off.pins('off'), POLL).toEqual({});
    await expect.poll(() => off.rows.query('SELECT FROM pins'), POLL).toEqual([]);
    expect(await bucket.held('theirs.bin')).toBe(true);
    await off.close();
  });
});
