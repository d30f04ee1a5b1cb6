import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import type { TestProject } from 'vitest/node';
import { startS3Server, type S3Keys, type S3Server } from './s3-server.js';

/** What tests get with `inject('s3')`. `bucket` is open to `keys`; `privateBucket` belongs to another account. */
export interface S3ForTests {
  readonly endpoint: string;
  readonly keys: S3Keys;
  readonly otherKeys: S3Keys;
  readonly bucket: string;
  readonly privateBucket: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    s3: S3ForTests;
  }
}

/**
 * One S3 server for all tests of a run: the one that `S3_TEST_ENDPOINT` names, else one of our own.
 * Buckets have fresh names; on a server that was given, they stay.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.S3_TEST_ENDPOINT;
  const own = given ? null : await startS3Server(project.config.root);
  const { endpoint, keys, otherKeys } = own ?? givenServer(given ?? '');
  const close = async (): Promise<void> => own?.close();
  try {
    const name = randomBytes(6).toString('hex');
    const bucket = `lastgood-test-${name}`;
    const privateBucket = `lastgood-test-${name}-private`;
    await createBucket(endpoint, keys, bucket);
    await createBucket(endpoint, otherKeys, privateBucket);
    project.provide('s3', { endpoint, keys, otherKeys, bucket, privateBucket });
  } catch (error) {
    await close();
    throw error;
  }
  return close;
}

function givenServer(endpoint: string): Pick<S3Server, 'endpoint' | 'keys' | 'otherKeys'> {
  return { endpoint, keys: givenKeys('S3_TEST'), otherKeys: givenKeys('S3_TEST_OTHER') };
}

function givenKeys(prefix: string): S3Keys {
  return {
    accessKeyId: required(`${prefix}_ACCESS_KEY_ID`),
    secretAccessKey: required(`${prefix}_SECRET_ACCESS_KEY`),
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`S3_TEST_ENDPOINT is set, so ${name} must be set too`);
  return value;
}

async function createBucket(endpoint: string, credentials: S3Keys, bucket: string): Promise<void> {
  const client = new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
}
