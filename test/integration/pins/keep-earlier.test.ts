import {
  DeleteObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectTaggingCommand,
  PutObjectLegalHoldCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { promote } from '../../support/registering.js';
import { layObject, makeBucket, type BucketKind } from '../../support/s3-buckets.js';
import { ownServer } from './pin-places.js';
import { Bucket, pinning, PinWorld, POLL } from './pin-world.js';

describe('a version of an object that is hidden by another one, or by its deletion', () => {
  const place = ownServer();

  const worldOf = async (kind: BucketKind): Promise<{ world: PinWorld; bucket: Bucket }> => {
    const bucket = new Bucket(place.client, await makeBucket(place.client, kind));
    const access = { ...place.server, bucket: bucket.name };
    return { world: await PinWorld.start(pinning(access, { LASTGOOD_RETENTION_SECONDS: '1' })), bucket };
  };
  const bears = async (kind: BucketKind, bucket: string, Key: string, VersionId: string): Promise<boolean> => {
    const which = { Bucket: bucket, Key, VersionId };
    if (kind === 'locked')
      return (await place.client.send(new GetObjectLegalHoldCommand(which))).LegalHold?.Status === 'ON';
    const { TagSet = [] } = await place.client.send(new GetObjectTaggingCommand(which));
    return TagSet.some((tag) => tag.Key === 'lastgood-pin' && tag.Value === 'protected');
  };
  const strip = async (kind: BucketKind, bucket: string, Key: string, VersionId: string): Promise<void> => {
    const which = { Bucket: bucket, Key, VersionId };
    const LegalHold = { Status: 'OFF' } as const;
    if (kind === 'locked') await place.client.send(new PutObjectLegalHoldCommand({ ...which, LegalHold }));
    else await place.client.send(new PutObjectTaggingCommand({ ...which, Tagging: { TagSet: [] } }));
  };

  it.each<BucketKind>(['locked', 'versioned'])(
    'gets its pin back when somebody takes it away, in a bucket that is %s',
    async (kind) => {
      const { world, bucket } = await worldOf(kind);
      const first = await layObject(place.client, bucket.name, 'a.bin', 'weights');
      const uri = `s3://${bucket.name}/a.bin`;
      await world.register('hidden', [uri]);
      await promote(world.api, 'hidden', 1);
      await expect.poll(() => world.stateOf('hidden', uri), POLL).toBe('present');
      const second = await layObject(place.client, bucket.name, 'a.bin', 'other weights');
      await expect.poll(() => bears(kind, bucket.name, 'a.bin', second), POLL).toBe(true);
      await strip(kind, bucket.name, 'a.bin', first);
      await expect.poll(() => bears(kind, bucket.name, 'a.bin', first), POLL).toBe(true);
      await expect.poll(() => world.statesOver(uri), POLL).toEqual(['present', 'missing', 'present']);
      const sql = `SELECT evidence ->> 'said' AS said FROM checks WHERE state = 'missing' AND kind = 'pin'`;
      const said = `taken away by somebody else since it was set: ${uri} (its version ${first})`;
      expect(await world.rows.query(sql)).toEqual([{ said }]);
      await world.removeAlias('hidden');
      await expect.poll(() => bears(kind, bucket.name, 'a.bin', first), POLL).toBe(false);
      await expect.poll(() => bears(kind, bucket.name, 'a.bin', second), POLL).toBe(false);
      await world.close();
    },
  );

  it('is held and named while it is needed, below a prefix too, and is released in the end', async () => {
    const { world, bucket } = await worldOf('locked');
    const versions = { single: '', shard: '' };
    versions.single = await layObject(place.client, bucket.name, 'single.bin', 'weights');
    versions.shard = await layObject(place.client, bucket.name, 'shards/1.bin', 'weights');
    await bucket.lay('shards/2.bin');
    const [uri, prefix] = [`s3://${bucket.name}/single.bin`, `s3://${bucket.name}/shards/`];
    await world.register('deleted', [uri, prefix]);
    await promote(world.api, 'deleted', 1);
    for (const subject of [uri, prefix])
      await expect.poll(() => world.stateOf('deleted', subject), POLL).toBe('present');
    for (const Key of ['single.bin', 'shards/1.bin'])
      await place.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key }));
    await expect.poll(() => world.stateOf('deleted', uri), POLL).toBe('missing');
    expect((await world.pins('deleted'))[uri]?.evidence['said']).toContain(
      `pinned were its versions ${versions.single}`,
    );
    const earlier = { held: 1, versions: [`s3://${bucket.name}/shards/1.bin (its version ${versions.shard})`] };
    await expect
      .poll(async () => (await world.pins('deleted'))[prefix], POLL)
      .toMatchObject({ state: 'present', evidence: { objects: 1, pinned: 1, earlier } });
    await strip('locked', bucket.name, 'shards/1.bin', versions.shard);
    await strip('locked', bucket.name, 'single.bin', versions.single);
    await expect.poll(() => bears('locked', bucket.name, 'shards/1.bin', versions.shard), POLL).toBe(true);
    await expect.poll(() => bears('locked', bucket.name, 'single.bin', versions.single), POLL).toBe(true);
    await world.removeAlias('deleted');
    await expect.poll(() => world.rows.query('SELECT FROM pins'), POLL).toEqual([]);
    expect(await bears('locked', bucket.name, 'shards/1.bin', versions.shard)).toBe(false);
    await world.close();
  });
});
