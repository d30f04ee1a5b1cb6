import { PutObjectTaggingCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promote } from '../../support/registering.js';
import { allowOthers, makeBucket } from '../../support/s3-buckets.js';
import { ownServer } from './pin-places.js';
import { Bucket, pinning, PinWorld, POLL } from './pin-world.js';

const place = ownServer();

describe('objects in a bucket without object lock', () => {
  let bucket: Bucket;
  let world: PinWorld;
  beforeAll(async () => {
    bucket = new Bucket(place.client, await makeBucket(place.client, 'plain'));
    const access = { ...place.server, bucket: bucket.name };
    world = await PinWorld.start(pinning(access, { LASTGOOD_RETENTION_SECONDS: '1' }));
  });
  afterAll(() => world?.close());

  const setTags = async (Key: string, TagSet: { Key: string; Value: string }[]): Promise<void> => {
    await place.client.send(new PutObjectTaggingCommand({ Bucket: bucket.name, Key, Tagging: { TagSet } }));
  };

  it('bear a tag while they are needed, which comes back when it is taken away, and goes in the end', async () => {
    const uri = await bucket.lay('tagged.bin');
    await world.register('tagged', [uri]);
    await promote(world.api, 'tagged', 1);
    await expect.poll(() => world.stateOf('tagged', uri), POLL).toBe('present');
    expect(await bucket.tagged('tagged.bin')).toBe(true);
    expect((await world.pins('tagged'))[uri]?.evidence).toMatchObject({ how: ['object-tag'], ours: 1 });
    await setTags('tagged.bin', []);
    await expect.poll(() => world.statesOver(uri), POLL).toEqual(['present', 'missing', 'present']);
    expect(await bucket.tagged('tagged.bin')).toBe(true);
    await world.removeAlias('tagged');
    await expect.poll(() => bucket.tagged('tagged.bin'), POLL).toBe(false);
  });

  it('with no room for a tag lack their pin, which the check says, and get it once there is room', async () => {
    const uri = await bucket.lay('full.bin');
    const ten = Array.from({ length: 10 }, (_, index) => ({ Key: `tag-${index}`, Value: 'x' }));
    await setTags('full.bin', ten);
    await world.register('full', [uri]);
    expect(await promote(world.api, 'full', 1)).toMatchObject({ version: 1 });
    await expect.poll(() => world.stateOf('full', uri), POLL).toBe('missing');
    expect((await world.pins('full'))[uri]?.evidence['said']).toContain('10 tags already');
    await setTags('full.bin', ten.slice(1));
    await expect.poll(() => world.stateOf('full', uri), POLL).toBe('present');
  });

  it('are kept for as long as the version is a rollback target, whatever is live', async () => {
    const uris = [await bucket.lay('v1.bin'), await bucket.lay('v2.bin')];
    for (const uri of uris) await world.register('rolled', [uri]);
    await promote(world.api, 'rolled', 1);
    await promote(world.api, 'rolled', 2);
    for (const [index, uri] of uris.entries())
      await expect.poll(() => world.stateOf('rolled', uri, index + 1), POLL).toBe('present');
    expect([await bucket.tagged('v1.bin'), await bucket.tagged('v2.bin')]).toEqual([true, true]);
  });
});

describe('objects whose credentials may read and not pin', () => {
  const READ = [
    's3:GetObject',
    's3:ListBucket',
    's3:GetObjectLegalHold',
    's3:GetObjectTagging',
    's3:GetObjectVersionTagging',
  ];

  it.each([
    ['locked', 's3:PutObjectLegalHold'],
    ['plain', 's3:PutObjectTagging'],
    ['versioned', 's3:PutObjectVersionTagging'],
  ] as const)(
    'fail the check of their pin in a bucket that is %s: it names %s, and the move is made',
    async (kind, permission) => {
      const bucket = new Bucket(place.client, await makeBucket(place.client, kind));
      await allowOthers(place.client, bucket.name, READ);
      const world = await PinWorld.start(
        pinning({ ...place.server, keys: place.server.otherKeys, bucket: bucket.name }),
      );
      const uri = await bucket.lay('a.bin');
      await world.register('read-only', [uri]);
      expect(await promote(world.api, 'read-only', 1)).toMatchObject({ version: 1 });
      await expect.poll(() => world.stateOf('read-only', uri), POLL).toBe('forbidden');
      const evidence = { permission, grant: `Let the configured credentials do ${permission}.`, pinned: 0 };
      expect((await world.pins('read-only'))[uri]?.evidence).toMatchObject(evidence);
      await allowOthers(place.client, bucket.name, [...READ, permission]);
      await expect.poll(() => world.stateOf('read-only', uri), POLL).toBe('present');
      expect(await world.statesOver(uri)).toEqual(['forbidden', 'present']);
      await world.close();
    },
  );
});

describe('objects in a store that is down', () => {
  it('have unreachable pins, which are set and repaired when the store is back; moves are made all the while', async () => {
    const bucket = new Bucket(place.client, await makeBucket(place.client, 'locked'));
    const world = await PinWorld.start(pinning({ ...place.server, bucket: bucket.name }));
    const uris = [await bucket.lay('before.bin'), await bucket.lay('during.bin')] as const;
    for (const uri of uris) await world.register('outage', [uri]);
    await promote(world.api, 'outage', 1);
    await expect.poll(() => world.stateOf('outage', uris[0]), POLL).toBe('present');
    await place.server.stop();
    expect(await promote(world.api, 'outage', 2)).toMatchObject({ version: 2 });
    await expect.poll(() => world.stateOf('outage', uris[0], 1), POLL).toBe('unreachable');
    await expect.poll(() => world.stateOf('outage', uris[1], 2), POLL).toBe('unreachable');
    await place.server.start();
    await expect.poll(() => world.stateOf('outage', uris[0], 1), POLL).toBe('present');
    await expect.poll(() => world.stateOf('outage', uris[1], 2), POLL).toBe('present');
    expect([await bucket.held('before.bin'), await bucket.held('during.bin')]).toEqual([true, true]);
    expect(await world.statesOver(uris[1])).toEqual(['unreachable', 'present']);
    await world.close();
  });
});
