// @ts-check
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The S3 server that the tests use, with one bucket in it. `settings` are what the product needs to reach it.
 * @param {(end: () => unknown) => void} own
 */
export async function startS3(own) {
  const { startS3Server } = await import(await compiled());
  const server = await startS3Server(root);
  own(() => server.close());
  const { endpoint, keys } = server;
  const bucket = 'bench';
  const options = { endpoint, credentials: keys, region: 'us-east-1', forcePathStyle: true };
  // Ceph's gateway stores no checksums, and takes no stream that ends with one.
  const client = new S3Client({ ...options, requestChecksumCalculation: 'WHEN_REQUIRED' });
  own(() => client.destroy());
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const settings = {
    S3_ENDPOINT: endpoint,
    S3_BUCKET: bucket,
    S3_ACCESS_KEY_ID: keys.accessKeyId,
    S3_SECRET_ACCESS_KEY: keys.secretAccessKey,
  };
  /** As the stores of the product take it. */
  const connection = { bucket, ...options };
  return { bucket, client, options, settings, connection };
}

/** Where the tests' S3 server lies as one file of JavaScript: it is TypeScript, which Node does not run by itself. */
export async function compiled() {
  const file = join(root, '.test', 'bench-support', 's3-server.mjs');
  await build({
    input: join(root, 'test', 'support', 's3-server.ts'),
    platform: 'node',
    external: /^[^./]/,
    output: { file },
    logLevel: 'silent',
  });
  return pathToFileURL(file).href;
}
