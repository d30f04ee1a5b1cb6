import {
  DeleteBucketLifecycleCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  type BucketLifecycleConfiguration,
  type S3Client,
} from '@aws-sdk/client-s3';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { S3Store } from '../../../src/stores/s3-store.js';
import { layObject, makeBucket, s3ClientFor, type BucketKind } from '../../support/s3-buckets.js';
import { startS3Server, type S3Server } from '../../support/s3-server.js';
import { Bucket, POLL } from './pin-world.js';

interface Policy {
  readonly Statement: readonly { readonly Resource: string }[];
}

describe('the page about pins', () => {
  let server: S3Server;
  let client: S3Client;
  let examples: string[];
  beforeAll(async () => {
    server = await startS3Server();
    client = s3ClientFor(server.endpoint, server.keys);
    const page = await readFile('docs/pins.md', 'utf8');
    examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) => json);
  });
  afterAll(async () => {
    client?.destroy();
    await server?.close();
  });

  const example = (word: string): unknown => JSON.parse(examples.find((json) => json.includes(word)) ?? '');

  it.each<BucketKind>(['plain', 'versioned', 'locked'])(
    'names all permissions that pins take in a bucket that is %s',
    async (kind) => {
      const bucket = await makeBucket(client, kind);
      const { Statement, ...policy } = example('s3:PutObjectLegalHold') as Policy;
      const granted = Statement.map((statement) => {
        return {
          ...statement,
          Principal: { AWS: ['*'] },
          Resource: statement.Resource.replace(':::models', `:::${bucket}`),
        };
      });
      const Policy = JSON.stringify({ ...policy, Statement: granted });
      await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
      await layObject(client, bucket, 'weights/a.bin', 'weights');
      const { endpoint, otherKeys: credentials } = server;
      const store = new S3Store({ bucket, endpoint, credentials });
      for await (const place of store.pins.places(`s3://${bucket}/weights/`)) {
        const seen = await store.pins.pinned(place);
        if (!('target' in seen)) throw new Error(JSON.stringify(seen));
        expect(await store.pins.pin(seen.target)).toMatchObject({ state: 'set' });
        expect(await store.pins.unpin(seen.target)).toMatchObject({ state: 'absent' });
      }
      store.close();
    },
  );

  // One bucket has the rule at a time: the gateway keeps buckets with rules in few lists, and its run by hand takes only
  // the one of a list whose turn it is.
  const useRule = async (bucket: string): Promise<void> => {
    const LifecycleConfiguration = example('"Rules"') as BucketLifecycleConfiguration;
    await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration }));
    onTestFinished(async () => {
      await client.send(new DeleteBucketLifecycleCommand({ Bucket: bucket }));
    });
  };
  // A day of a second's length.
  const sweep = (bucket: string): Promise<void> =>
    server.admin('lc', 'process', '--bucket', bucket, '--rgw-lc-debug-interval', '1');

  it('has a lifecycle rule that deletes what was released, and neither what is protected nor what never was', async () => {
    const bucket = new Bucket(client, await makeBucket(client, 'plain'));
    const { endpoint, keys: credentials } = server;
    const store = new S3Store({ bucket: bucket.name, endpoint, credentials });
    for (const key of ['released', 'protected', 'never']) await bucket.lay(key);
    for (const key of ['released', 'protected']) {
      const seen = await store.pins.pinned(`s3://${bucket.name}/${key}`);
      if (!('target' in seen)) throw new Error(JSON.stringify(seen));
      await store.pins.pin(seen.target);
      if (key === 'released') await store.pins.unpin(seen.target);
    }
    store.close();
    await useRule(bucket.name);
    const there = async (Key: string): Promise<boolean> =>
      client.send(new HeadObjectCommand({ Bucket: bucket.name, Key })).then(
        () => true,
        () => false,
      );
    await expect.poll(async () => (await sweep(bucket.name), there('released')), POLL).toBe(false);
    expect([await there('protected'), await there('never')]).toEqual([true, true]);
  });

  it('has a rule that leaves no released version behind, where versions are kept, and every protected one', async () => {
    const bucket = await makeBucket(client, 'versioned');
    const { endpoint, keys: credentials } = server;
    const store = new S3Store({ bucket, endpoint, credentials });
    // The second writing of each stays as it is: what is asked for is the first one, which it hides.
    for (const key of ['released', 'released-earlier', 'protected', 'protected-earlier']) {
      await layObject(client, bucket, key, 'weights');
      const seen = await store.pins.pinned(`s3://${bucket}/${key}`);
      if (!('target' in seen)) throw new Error(JSON.stringify(seen));
      await store.pins.pin(seen.target);
      if (key.startsWith('released')) await store.pins.unpin(seen.target);
      if (key.endsWith('earlier')) await layObject(client, bucket, key, 'other weights');
    }
    store.close();
    await useRule(bucket);
    const versions = async (): Promise<string[]> => {
      await sweep(bucket);
      const { Versions = [], DeleteMarkers = [] } = await client.send(
        new ListObjectVersionsCommand({ Bucket: bucket }),
      );
      return [...Versions, ...DeleteMarkers]
        .map(({ Key = '', IsLatest }) => `${Key}${IsLatest ? '' : ' hidden'}`)
        .toSorted();
    };
    const kept = ['protected', 'protected-earlier', 'protected-earlier hidden', 'released-earlier'];
    await expect.poll(versions, POLL).toEqual(kept);
  });
});
