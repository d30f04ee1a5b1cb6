// @ts-check
import { transform } from '@swc/core';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

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

// The tests' servers are TypeScript, which Node does not run by itself.
async function compiled() {
  const from = join(root, 'test', 'support');
  const to = join(root, '.test', 'bench-support');
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    if (!/^s3-.*\.ts$/.test(name)) continue;
    const source = await readFile(join(from, name), 'utf8');
    const { code } = await transform(source, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } });
    await writeFile(join(to, name.replace(/\.ts$/, '.js')), code);
  }
  return pathToFileURL(join(to, 's3-server.js')).href;
}
