import {
  CreateBucketCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import type { S3Keys } from './s3-server.js';

/** What a bucket keeps: one version of each object, all of them, or all of them behind object lock. */
export type BucketKind = 'plain' | 'versioned' | 'locked';

/** A client of the test S3 server for one account. */
export function s3ClientFor(endpoint: string, credentials: S3Keys): S3Client {
  return new S3Client({
    endpoint,
    credentials,
    region: 'us-east-1',
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
}

/** Makes a bucket with a fresh name, and answers the name. */
export async function makeBucket(client: S3Client, kind: BucketKind): Promise<string> {
  const Bucket = `lastgood-test-${kind}-${randomBytes(6).toString('hex')}`;
  await client.send(
    new CreateBucketCommand({ Bucket, ...(kind === 'locked' ? { ObjectLockEnabledForBucket: true } : {}) }),
  );
  if (kind === 'versioned') {
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  }
  return Bucket;
}

/** Lets every other account do this, and nothing else, in the bucket. */
export async function allowOthers(client: S3Client, Bucket: string, actions: readonly string[]): Promise<void> {
  const Resource = [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`];
  const Statement = [{ Effect: 'Allow', Principal: { AWS: ['*'] }, Action: actions, Resource }];
  await client.send(
    new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }),
  );
}

/** Lays an object there; answers the id of the version that it became, '' where there is none. */
export async function layObject(
  client: S3Client,
  Bucket: string,
  Key: string,
  Body: Uint8Array | string,
): Promise<string> {
  const { VersionId } = await client.send(new PutObjectCommand({ Bucket, Key, Body }));
  return VersionId ?? '';
}
