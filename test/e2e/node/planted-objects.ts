import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { digestOf } from '../../../src/domain/digest.js';
import type { Artifact } from '../../../src/domain/version-record.js';
import { startS3Server, type S3Server } from '../../support/s3-server.js';

const BUCKET = 'weights';

/** An S3 server with one bucket, and what programs need to read from it. */
export interface PlantedObjects {
  readonly server: S3Server;
  /** Settings for a process that reads them, at this address or at that of a front. */
  env(endpoint?: string): Record<string, string>;
  put(path: string, bytes: Uint8Array): Promise<Artifact>;
  close(): Promise<void>;
}

/** Starts the server, with an empty bucket. */
export async function plantedObjects(): Promise<PlantedObjects> {
  const server = await startS3Server();
  const { endpoint, keys: credentials } = server;
  const common = { endpoint, credentials, region: 'us-east-1', forcePathStyle: true } as const;
  const client = new S3Client({ ...common, requestChecksumCalculation: 'WHEN_REQUIRED' });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  return {
    server,
    env: (at = endpoint) => ({
      S3_BUCKET: BUCKET,
      S3_ENDPOINT: at,
      S3_ACCESS_KEY_ID: credentials.accessKeyId,
      S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    }),
    put: async (path, bytes) => {
      const digest = digestOf(bytes);
      const key = `${digest.slice(-12)}/${path}`;
      await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: bytes }));
      return { path, uri: `s3://${BUCKET}/${key}`, digest, size: bytes.byteLength };
    },
    close: async () => {
      client.destroy();
      await server.close();
    },
  };
}
