import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inject } from 'vitest';
import { startApi, type TestApi } from '../support/api.js';

/** A registry with its jobs running, and a place of its own that artifacts lie in. */
export interface Place {
  readonly api: TestApi;
  uriOf(name: string): string;
  /** Writes an object, anew where it is there. */
  write(name: string, bytes: Buffer): Promise<void>;
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Artifacts as files of the worker's machine. */
export async function filePlace(env: Record<string, string> = {}): Promise<Place> {
  const api = await startApi({ jobs: true, env });
  const at = (name: string) => join(api.dataDir, 'artifacts', 'models', name);
  return {
    api,
    uriOf: (name) => pathToFileURL(at(name)).href,
    write: async (name, bytes) => {
      await mkdir(dirname(at(name)), { recursive: true });
      await writeFile(at(name), bytes);
    },
    remove: (name) => rm(at(name)),
    close: () => api.close(),
  };
}

/** Artifacts as objects of a bucket on the run's S3 server. */
export async function s3Place(env: Record<string, string> = {}): Promise<Place> {
  const { endpoint, keys, bucket } = inject('s3');
  const { accessKeyId, secretAccessKey } = keys;
  const api = await startApi({
    jobs: true,
    env: {
      S3_BUCKET: bucket,
      S3_ENDPOINT: endpoint,
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
      ...env,
    },
  });
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: keys,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  const prefix = `checks-${randomUUID()}/`;
  return {
    api,
    uriOf: (name) => `s3://${bucket}/${prefix}${name}`,
    write: async (name, bytes) => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: prefix + name, Body: bytes }));
    },
    remove: async (name) => {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: prefix + name }));
    },
    close: async () => {
      client.destroy();
      await api.close();
    },
  };
}
