import { DeleteBucketPolicyCommand, DeleteObjectCommand } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { digestOf } from '../../src/domain/digest.js';
import { treeDigest } from '../../src/domain/tree-digest.js';
import { allowOthers, layObject, makeBucket, s3ClientFor, type BucketKind } from '../support/s3-buckets.js';
import type { S3Server } from '../support/s3-server.js';
import { FaultStage } from './fault-stage.js';

/** The files below the prefix `shards/`. */
export const SHARDS = ['shards/0.bin', 'shards/1.bin', 'shards/deep/2.bin'];
const SINGLE = ['weights.bin', 'tokens.json'];
const SIZE = 1000;
// Those that looking takes, and those that pinning does.
const PERMISSIONS = [
  's3:GetObject',
  's3:ListBucket',
  's3:GetObjectLegalHold',
  's3:PutObjectLegalHold',
  's3:GetObjectTagging',
  's3:PutObjectTagging',
  's3:GetObjectVersion',
  's3:GetObjectVersionTagging',
  's3:PutObjectVersionTagging',
];

/** A version whose artifacts lie in a bucket: two single objects, and three more below a prefix. */
export interface S3FaultPlace {
  readonly stage: FaultStage;
  readonly server: S3Server;
  /** Lays the recorded bytes there, other ones, or as many of the recorded ones. */
  readonly lay: (name: string, bytes: 'recorded' | 'other' | number) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
  /** Withdraws what the registry's account may do in the bucket, which belongs to another one. */
  readonly forbid: () => Promise<void>;
  readonly allow: () => Promise<void>;
  close(): Promise<void>;
}

/** Fills a bucket of that kind, and opens a stage on it. */
export async function s3FaultPlace(server: S3Server, kind: BucketKind): Promise<S3FaultPlace> {
  const owner = s3ClientFor(server.endpoint, server.otherKeys);
  const bucket = await makeBucket(owner, kind);
  const recorded = new Map([...SINGLE, ...SHARDS].map((name) => [name, randomBytes(SIZE)]));
  const bytesOf = (name: string): Buffer => recorded.get(name) ?? Buffer.alloc(0);
  const uriOf = (name: string): string => `s3://${bucket}/${name}`;
  const allow = (): Promise<void> => allowOthers(owner, bucket, PERMISSIONS);
  const lay: S3FaultPlace['lay'] = async (name, bytes) => {
    const body = bytes === 'other' ? randomBytes(SIZE) : bytesOf(name);
    await layObject(owner, bucket, name, typeof bytes === 'number' ? body.subarray(0, bytes) : body);
  };
  for (const name of recorded.keys()) await lay(name, 'recorded');
  await allow();
  const shards = SHARDS.map((name) => ({ path: name.slice('shards/'.length), digest: digestOf(bytesOf(name)) }));
  const artifacts = [
    ...SINGLE.map((name) => ({ uri: uriOf(name), path: name, digest: digestOf(bytesOf(name)), size: SIZE })),
    { uri: uriOf('shards/'), path: 'shards', digest: treeDigest(shards), size: SHARDS.length * SIZE },
  ];
  const { accessKeyId, secretAccessKey } = server.keys;
  const env = {
    S3_BUCKET: bucket,
    S3_ENDPOINT: server.endpoint,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
    LASTGOOD_PIN_INTERVAL_SECONDS: '1',
  };
  const subjects = Object.fromEntries([...SINGLE, 'shards/'].map((name) => [name, uriOf(name)]));
  const stage = await FaultStage.open(env, { record: { artifacts }, subjects });
  return {
    stage,
    server,
    lay,
    remove: async (name) => void (await owner.send(new DeleteObjectCommand({ Bucket: bucket, Key: name }))),
    forbid: async () => void (await owner.send(new DeleteBucketPolicyCommand({ Bucket: bucket }))),
    allow,
    close: async () => {
      owner.destroy();
      await stage.api.close();
    },
  };
}
