import { DeleteObjectCommand, GetObjectLegalHoldCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import type { CheckView } from '../../../src/contract/views.js';
import { digestOf } from '../../../src/domain/digest.js';
import { treeDigest } from '../../../src/domain/tree-digest.js';
import { promote } from '../../support/registering.js';
import { makeBucket, type BucketKind } from '../../support/s3-buckets.js';
import { itemOf } from '../api/readiness-walk.js';
import { ownServer } from './pin-places.js';
import { Bucket, pinning, PinWorld, POLL, WEIGHTS } from './pin-world.js';

const PARTS = ['1.bin', '2.bin'];

describe('a file below a prefix that was pinned and does not lie there any more', () => {
  const place = ownServer();

  /** Two versions of a prefix with two files, the second live and the first to go back to. */
  async function serving(kind: BucketKind): Promise<{ world: PinWorld; bucket: Bucket; prefix: string }> {
    const bucket = new Bucket(place.client, await makeBucket(place.client, kind));
    const world = await PinWorld.start(pinning({ ...place.server, bucket: bucket.name }));
    for (const part of PARTS) await bucket.lay(`shards/${part}`);
    const prefix = `s3://${bucket.name}/shards/`;
    const digest = treeDigest(PARTS.map((path) => ({ path, digest: digestOf(WEIGHTS) })));
    const artifacts = [{ uri: prefix, digest, size: PARTS.length * WEIGHTS.length }];
    for (const seed of [1, 2]) {
      const body = { createModel: true, artifacts, serving: { seed } };
      await world.api.as('ana').post('/v1/models/sharded/versions').send(body).expect(201);
      await promote(world.api, 'sharded', seed);
    }
    await expect.poll(() => seen(world, prefix), POLL).toEqual({ state: 'present', objects: 2 });
    return { world, bucket, prefix };
  }
  const seen = async (world: PinWorld, prefix: string): Promise<object> => {
    const check = (await world.pins('sharded'))[prefix];
    return { state: check?.state, objects: check?.evidence['objects'] };
  };
  const remove = (bucket: Bucket, Key: string) =>
    place.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key }));
  const artifactCheck = async (world: PinWorld): Promise<CheckView | undefined> => {
    const url = '/v1/models/sharded/versions/1/checks';
    const { body } = await world.api.as('ana').get(url).expect(200);
    return (body.items as CheckView[]).find(({ kind }) => kind === 'artifact');
  };
  const lookAgain = (world: PinWorld) =>
    world.api.as('ana').post('/v1/models/sharded/versions/1/checks').send({}).expect(202);

  /** The same after a stray file was pinned and deleted: which of its versions are still known, and held. */
  async function strayDeleted(kind: BucketKind): Promise<{ known: string[]; held: string[] }> {
    const { world, bucket, prefix } = await serving(kind);
    const stray = await bucket.lay('shards/stray.txt', 'notes');
    await expect.poll(() => seen(world, prefix), POLL).toEqual({ state: 'present', objects: 3 });
    await remove(bucket, 'shards/stray.txt');
    await expect.poll(() => seen(world, prefix), POLL).toEqual({ state: 'present', objects: 2 });
    await lookAgain(world);
    await expect.poll(async () => (await artifactCheck(world))?.state, POLL).toBe('present');
    await expect.poll(async () => (await itemOf(world.api, 'sharded', 'pins'))?.state, POLL).toBe('pass');
    const sql = 'SELECT version_id AS id FROM pinned_objects WHERE place = $1';
    const known = (await world.rows.query<{ id: string }>(sql, [stray])).map(({ id }) => id);
    const { earlier } = (await world.pins('sharded'))[prefix]?.evidence ?? {};
    const held: string[] = [];
    for (const VersionId of known) {
      const which = { Bucket: bucket.name, Key: 'shards/stray.txt', VersionId };
      const { LegalHold } = await place.client.send(new GetObjectLegalHoldCommand(which));
      if (LegalHold?.Status === 'ON') held.push(VersionId);
    }
    const versions = known.map((id) => `${stray} (its version ${id})`);
    expect(earlier).toEqual(known.length === 0 ? undefined : { held: known.length, versions });
    await world.close();
    return { known, held };
  }

  it('fails no pin where it was a stray one, and is forgotten, in a bucket without versions', async () => {
    expect(await strayDeleted('plain')).toEqual({ known: [], held: [] });
  });

  it('fails no pin where it was a stray one, and is held and named, in a bucket with object lock', async () => {
    const { known, held } = await strayDeleted('locked');
    expect(known).toHaveLength(1);
    expect(held).toEqual(known);
  });

  it.each<BucketKind>(['plain', 'locked'])(
    'is told by the check of the artifact where it was a part of the version, in a bucket that is %s',
    async (kind) => {
      const { world, bucket, prefix } = await serving(kind);
      await remove(bucket, 'shards/2.bin');
      await expect.poll(() => seen(world, prefix), POLL).toEqual({ state: 'present', objects: 1 });
      await lookAgain(world);
      await expect.poll(async () => (await artifactCheck(world))?.state, POLL).toBe('changed');
      expect((await artifactCheck(world))?.evidence).toMatchObject({ objects: 1, size: WEIGHTS.length });
      expect(await itemOf(world.api, 'sharded', 'artifacts')).toMatchObject({ state: 'fail' });
      expect(await itemOf(world.api, 'sharded', 'pins')).toMatchObject({ state: 'pass' });
      await bucket.lay('shards/2.bin');
      await expect.poll(() => seen(world, prefix), POLL).toEqual({ state: 'present', objects: 2 });
      await world.close();
    },
  );

  it('is told by both checks where it was the last one', async () => {
    const { world, bucket, prefix } = await serving('plain');
    for (const part of PARTS) await remove(bucket, `shards/${part}`);
    await expect.poll(() => world.stateOf('sharded', prefix), POLL).toBe('missing');
    await lookAgain(world);
    await expect.poll(async () => (await artifactCheck(world))?.state, POLL).toBe('missing');
    await world.close();
  });
});
