import {
  DeleteObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  PutObjectLockConfigurationCommand,
  PutObjectTaggingCommand,
  type Tag,
} from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { PinTarget } from '../../src/stores/pinner.js';
import { S3Store } from '../../src/stores/s3-store.js';
import type { BucketKind } from '../support/s3-buckets.js';
import { layObject } from '../support/s3-buckets.js';
import { pinContract } from './pin-contract.js';
import { placeOf, placesOf } from './pinner-under-test.js';
import { s3PinnerUnderTest, type S3PinnerUnderTest } from './s3-pinner-under-test.js';

pinContract('objects in a bucket with object lock', () => s3PinnerUnderTest('locked'));
pinContract('objects in a bucket without versions', () => s3PinnerUnderTest('plain'));
pinContract('objects in a bucket that keeps versions', () => s3PinnerUnderTest('versioned'));

describe('a pinned object', () => {
  const under = {} as Record<BucketKind, S3PinnerUnderTest>;
  beforeAll(async () => {
    for (const kind of ['locked', 'plain', 'versioned'] as const) under[kind] = await s3PinnerUnderTest(kind);
  });
  afterAll(async () => {
    for (const one of Object.values(under)) await one.close();
  });

  const targetOf = async (kind: BucketKind, key: string): Promise<PinTarget> => {
    const at = under[kind];
    const seen = await at.pinner.pinned(await placeOf(at.pinner, await at.plant(key)));
    if (seen.state !== 'absent') throw new Error(JSON.stringify(seen));
    return seen.target;
  };
  const tagsOf = async (kind: BucketKind, Key: string, VersionId?: string): Promise<Tag[]> => {
    const { client, bucket: Bucket } = under[kind];
    const asked = { Bucket, Key, ...(VersionId === undefined ? {} : { VersionId }) };
    return (await client.send(new GetObjectTaggingCommand(asked))).TagSet ?? [];
  };
  const tag = async (Key: string, TagSet: Tag[]): Promise<void> => {
    const { client, bucket: Bucket } = under.plain;
    await client.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } }));
  };
  const PIN = { Key: 'lastgood-pin', Value: 'protected' };

  it('cannot be deleted while it has the legal hold, and can once it is gone', async () => {
    const { client, bucket: Bucket, pinner } = under.locked;
    const target = await targetOf('locked', 'held');
    expect(target).toMatchObject({ how: 'legal-hold', versionId: expect.stringMatching(/./) });
    await pinner.pin(target);
    const version = { Bucket, Key: 'held', VersionId: target.versionId };
    await expect(client.send(new DeleteObjectCommand(version))).rejects.toMatchObject({ name: 'AccessDenied' });
    await pinner.unpin(target);
    await client.send(new DeleteObjectCommand(version));
    expect(await pinner.pinned(target.place)).toMatchObject({ state: 'missing' });
  });

  it('is pinned in its current version, and the earlier version stays pinned until it is released itself', async () => {
    const { client, bucket: Bucket, pinner } = under.locked;
    const first = await targetOf('locked', 'overwritten');
    await pinner.pin(first);
    const versionId = await layObject(client, Bucket, 'overwritten', 'other weights');
    const second = { ...first, versionId };
    expect(await pinner.pinned(first.place)).toEqual({ state: 'absent', target: second });
    expect(await pinner.pin(second)).toEqual({ state: 'set', target: second });
    const held = async (VersionId: string) => {
      const asked = { Bucket, Key: 'overwritten', VersionId };
      return (await client.send(new GetObjectLegalHoldCommand(asked))).LegalHold?.Status;
    };
    expect(await held(first.versionId)).toBe('ON');
    await pinner.unpin(first);
    expect([await held(first.versionId), await held(versionId)]).toEqual(['OFF', 'ON']);
  });

  it('keeps a retention that its bucket gives it, and is kept by that when the hold is gone', async () => {
    const { client, pinner } = under.locked;
    const { bucket: Bucket } = under.locked;
    const Rule = { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } as const;
    const lock = { ObjectLockEnabled: 'Enabled', Rule } as const;
    await client.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration: lock }));
    const target = await targetOf('locked', 'retained');
    await client.send(
      new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' } }),
    );
    const version = { Bucket, Key: 'retained', VersionId: target.versionId };
    const retention = async () => (await client.send(new GetObjectRetentionCommand(version))).Retention;
    const before = await retention();
    expect(before).toMatchObject({ Mode: 'GOVERNANCE' });
    expect(await pinner.pin(target)).toEqual({ state: 'set', target });
    expect(await pinner.unpin(target)).toEqual({ state: 'absent', target });
    expect(await pinner.pinned(target.place)).toEqual({ state: 'absent', target });
    expect(await retention()).toEqual(before);
    await expect(client.send(new DeleteObjectCommand(version))).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('keeps the tags it has, and has them still when the pin is released, which its tag then says', async () => {
    const target = await targetOf('plain', 'tagged');
    expect(target.how).toBe('object-tag');
    const tags = [
      { Key: 'team', Value: 'speech & more' },
      { Key: 'cost', Value: '42' },
    ];
    await tag('tagged', tags);
    await under.plain.pinner.pin(target);
    expect(await tagsOf('plain', 'tagged')).toEqual(expect.arrayContaining([...tags, PIN]));
    await under.plain.pinner.unpin(target);
    const left = await tagsOf('plain', 'tagged');
    expect(left).toHaveLength(3);
    expect(left).toEqual(expect.arrayContaining([...tags, { Key: PIN.Key, Value: 'released' }]));
  });

  it('has room for nine tags beside the pin; with ten of its own it says so, and keeps them', async () => {
    const ten = Array.from({ length: 10 }, (_, index) => ({ Key: `tag-${index}`, Value: 'x' }));
    const target = await targetOf('plain', 'full');
    await tag('full', ten);
    const full = { state: 'unsupported', evidence: expect.stringContaining('10 tags already') };
    expect(await under.plain.pinner.pin(target)).toEqual(full);
    expect(await tagsOf('plain', 'full')).toHaveLength(10);
    await tag('full', ten.slice(1));
    expect(await under.plain.pinner.pin(target)).toMatchObject({ state: 'set' });
    expect(await tagsOf('plain', 'full')).toHaveLength(10);
  });

  it('keeps a tag of the same name and another value when the pin is taken away: it is somebody else’s', async () => {
    const target = await targetOf('plain', 'theirs');
    await tag('theirs', [{ Key: PIN.Key, Value: 'by hand' }]);
    expect(await under.plain.pinner.unpin(target)).toMatchObject({ state: 'absent' });
    expect(await tagsOf('plain', 'theirs')).toEqual([{ Key: PIN.Key, Value: 'by hand' }]);
  });

  it('has its tag on one version, where the bucket keeps versions', async () => {
    const { client, bucket, pinner } = under.versioned;
    const first = await targetOf('versioned', 'v');
    await pinner.pin(first);
    await layObject(client, bucket, 'v', 'other weights');
    expect(await tagsOf('versioned', 'v')).toEqual([]);
    expect(await tagsOf('versioned', 'v', first.versionId)).toEqual([PIN]);
  });

  it('below a prefix is one place of its own, and so is every other below it', async () => {
    const { pinner } = under.plain;
    const uriOf = (key: string): string => under.plain.absent(key);
    const keys = ['shards/a b.bin', 'shards/deep/é.bin', 'shards/plus+.bin'];
    for (const key of keys) await under.plain.plant(key);
    const places = await placesOf(pinner, uriOf('shards/'));
    expect(places.toSorted()).toEqual(keys.map(uriOf).toSorted());
    await expect(placesOf(pinner, `s3://${under.plain.bucket}/nothing/`)).rejects.toMatchObject({
      code: 'missing',
    });
  });

  it('has one place, however its URI is written', async () => {
    const { pinner, bucket } = under.plain;
    const place = await placeOf(pinner, `s3://${bucket}/a%20b/%7Ec`);
    expect(await placeOf(pinner, `s3://${bucket}/a%20b/~c`)).toBe(place);
  });

  it('is not taken for gone with a bucket that the server does not have: another server may have answered', async () => {
    const { endpoint, keys: credentials } = inject('s3');
    const bucket = `lastgood-test-elsewhere-${randomUUID()}`;
    const store = new S3Store({ bucket, endpoint, credentials });
    const unsupported = {
      state: 'unsupported',
      evidence: expect.stringMatching(/NoSuchBucket: the bucket is gone, or/),
    };
    for (const how of ['legal-hold', 'object-tag'] as const) {
      const target = { place: `s3://${bucket}/a.bin`, versionId: how === 'legal-hold' ? 'v1' : '', how };
      expect(await store.pins.bears(target)).toEqual(unsupported);
      expect(await store.pins.unpin(target)).toEqual(unsupported);
    }
    store.close();
  });
});
