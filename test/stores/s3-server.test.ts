import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startS3Server, type S3Server } from '../support/s3-server.js';

// With a server given by S3_TEST_ENDPOINT, the machine need not be able to run one of its own.
describe.runIf(!process.env.S3_TEST_ENDPOINT)('the S3 server for outage tests', () => {
  let server: S3Server;
  let client: S3Client;

  beforeAll(async () => {
    server = await startS3Server();
    const { endpoint, keys: credentials } = server;
    client = new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 });
  });

  afterAll(async () => {
    client?.destroy();
    await server?.close();
  });

  it('refuses connections while stopped and has kept its objects when started again', async () => {
    const at = { Bucket: 'outage', Key: 'kept' };
    await client.send(new CreateBucketCommand({ Bucket: at.Bucket }));
    await client.send(new PutObjectCommand({ ...at, Body: 'still here' }));
    await server.stop();
    await expect(fetch(server.endpoint)).rejects.toThrow('fetch failed');
    await server.start();
    const found = await client.send(new GetObjectCommand(at));
    expect(await found.Body?.transformToString()).toBe('still here');
  });
});
