import {
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  PutBucketPolicyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectObservation, PresentObject } from '../../src/stores/artifact-store.js';
import { S3Store } from '../../src/stores/s3-store.js';
import { allowOthers, layObject, makeBucket, s3ClientFor, type BucketKind } from '../support/s3-buckets.js';
import { startS3Server, type S3Server } from '../support/s3-server.js';
import { allOf, freshBytes } from './sample-bytes.js';
import { thrownBy } from './thrown-by.js';

const SIZE = 5_000;

// A server of its own, since it is stopped. With one given by S3_TEST_ENDPOINT, the machine need not be able to run one.
describe.runIf(!process.env.S3_TEST_ENDPOINT)('what an S3 store says when something goes wrong', () => {
  let server: S3Server;
  let owner: S3Client;
  beforeAll(async () => {
    server = await startS3Server();
    owner = s3ClientFor(server.endpoint, server.keys);
  });
  afterAll(async () => {
    owner?.destroy();
    await server?.close();
  });

  describe.each<BucketKind>(['plain', 'versioned'])('in a bucket that is %s', (kind) => {
    const bytes = freshBytes(SIZE);
    let bucket: string;
    let store: S3Store;
    let uri: string;
    let good: PresentObject;
    let prefixMark: string | undefined;

    beforeAll(async () => {
      bucket = await makeBucket(owner, kind);
      // Asked by another account, which the owner lets in.
      await allowOthers(owner, bucket, ['s3:GetObject', 's3:ListBucket']);
      store = new S3Store({ bucket, endpoint: server.endpoint, credentials: server.otherKeys });
      uri = `s3://${bucket}/models/weights`;
      await repaired();
    });
    afterAll(() => store.close());

    const lay = (body: Uint8Array) => layObject(owner, bucket, 'models/weights', body);
    const seen = (): Promise<ObjectObservation> => store.stat(uri, { urgent: true });
    const below = (): Promise<ObjectObservation> => store.stat(`s3://${bucket}/models/`);
    const read = (start = 0): Promise<unknown> => thrownBy(store.read(uri, { start, ifMark: good.mark }));

    /** Puts the right bytes there, and learns the marks that they bear then. */
    async function repaired(): Promise<void> {
      await lay(bytes);
      const [object, prefix] = [await seen(), await below()];
      if (object.state !== 'present' || prefix.state !== 'present') throw new Error(JSON.stringify([object, prefix]));
      [good, prefixMark] = [object, prefix.mark];
      expect(good.size).toBe(SIZE);
      expect((await allOf(store.read(uri, { ifMark: good.mark }))).equals(bytes)).toBe(true);
    }

    it('deleted: missing, and present again once it was put back', async () => {
      await owner.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'models/weights' }));
      expect(await seen()).toEqual({ state: 'missing', evidence: expect.stringContaining('404') });
      expect(await below()).toMatchObject({ state: 'missing' });
      expect(await read()).toMatchObject({ code: 'missing' });
      await repaired();
    });

    it('overwritten with as many other bytes: another mark, and no reading with the old one', async () => {
      await lay(freshBytes(SIZE));
      const after = await seen();
      expect(after).toMatchObject({ state: 'present', size: SIZE });
      expect(after).not.toMatchObject({ mark: good.mark });
      expect(await below()).not.toMatchObject({ mark: prefixMark });
      for (const start of [0, SIZE / 2]) expect(await read(start)).toMatchObject({ code: 'changed', uri });
      await repaired();
    });

    it('truncated: another size and another mark, and no reading on where an earlier one stopped', async () => {
      await lay(bytes.subarray(0, SIZE / 2));
      const after = await seen();
      expect(after).toMatchObject({ state: 'present', size: SIZE / 2 });
      expect(after).not.toMatchObject({ mark: good.mark });
      for (const start of [0, SIZE / 4, SIZE - 1]) expect(await read(start)).toMatchObject({ code: 'changed', uri });
      await repaired();
    });

    it('forbidden by a policy of the bucket: forbidden, and present again once allowed', async () => {
      await owner.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
      expect(await seen()).toEqual({ state: 'forbidden', evidence: expect.stringContaining('403') });
      expect(await below()).toEqual({ state: 'forbidden', evidence: expect.stringContaining('s3:ListBucket') });
      expect(await read()).toMatchObject({ code: 'forbidden' });
      await allowOthers(owner, bucket, ['s3:GetObject', 's3:ListBucket']);
      expect(await seen()).toMatchObject({ state: 'present', mark: good.mark });
    });

    it('denied to one, though all others may: forbidden', async () => {
      const statement = { Effect: 'Deny', Principal: { AWS: ['*'] }, Action: 's3:GetObject' };
      const Statement = [{ ...statement, Resource: [`arn:aws:s3:::${bucket}/models/*`] }];
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
      await owner.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
      expect(await seen()).toMatchObject({ state: 'forbidden' });
      expect(await read()).toMatchObject({ code: 'forbidden' });
      await allowOthers(owner, bucket, ['s3:GetObject', 's3:ListBucket']);
      await repaired();
    });

    it('its server stopped: unreachable, never missing, and as before once it is back', async () => {
      await server.stop();
      for (const look of [seen, below]) {
        expect(await look()).toEqual({
          state: 'unreachable',
          evidence: expect.stringContaining('did not answer (ECONN'),
        });
      }
      expect(await read()).toMatchObject({ code: 'unreachable' });
      await server.start();
      expect(await seen()).toEqual(good);
      expect(await below()).toMatchObject({ state: 'present', mark: prefixMark });
      expect((await allOf(store.read(uri, { ifMark: good.mark }))).equals(bytes)).toBe(true);
    });
  });
});
