import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote } from '../../support/registering.js';
import { startS3Server, type S3Server } from '../../support/s3-server.js';
import { digestOf } from './artifact-calls.js';
import { itemOf, readinessOf, see, untilVerdict } from './readiness-walk.js';

const BYTES = Buffer.from('hello model');

describe('the readiness of an alias whose target lies on S3', () => {
  let server: S3Server;
  let client: S3Client;
  let api: TestApi;
  beforeAll(async () => {
    server = await startS3Server();
    const { endpoint, keys } = server;
    client = new S3Client({ endpoint, credentials: keys, region: 'us-east-1', forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: 'models' }));
    const secrets = { S3_ACCESS_KEY_ID: keys.accessKeyId, S3_SECRET_ACCESS_KEY: keys.secretAccessKey };
    api = await startApi({ env: { S3_BUCKET: 'models', S3_ENDPOINT: endpoint, ...secrets }, jobs: true });
    for (const version of [1, 2]) {
      await put(version);
      const artifacts = [{ uri: uriOf(version), digest: digestOf(BYTES), size: BYTES.length }];
      await api.as('ana').post('/v1/models/far/versions').send({ createModel: true, artifacts }).expect(201);
      await promote(api, 'far', version);
    }
    for (const kind of ['content', 'pin'] as const) await see(api, 'far', { version: 1, kind, subject: uriOf(1) });
  });
  afterAll(async () => {
    client.destroy();
    await api.close();
    await server.close();
  });

  const uriOf = (version: number) => `s3://models/v${version}.bin`;
  const put = (version: number) =>
    client.send(new PutObjectCommand({ Bucket: 'models', Key: `v${version}.bin`, Body: BYTES }));
  let looks = 0;
  const lookAgain = () => promote(api, 'far', 1, `look-${(looks += 1)}`);

  it('is ready while the store shows it', async () => {
    expect(await untilVerdict(api, 'far', 'ready')).toMatchObject({ target: { version: 1 } });
  });

  it('is unknown, not gone, while the store is away, and ready again once it is back', async () => {
    await server.stop();
    await lookAgain();
    await untilVerdict(api, 'far', 'unknown');
    expect(await itemOf(api, 'far', 'artifacts')).toMatchObject({
      state: 'unknown',
      failing: 0,
      text: 'the artifact of v1 is unreachable',
      subjects: [{ subject: uriOf(1), found: 'unreachable' }],
    });
    await server.start();
    await lookAgain();
    await untilVerdict(api, 'far', 'ready');
  });

  it('is not ready once the object is deleted or overwritten, and ready again once it is restored', async () => {
    await client.send(new DeleteObjectCommand({ Bucket: 'models', Key: 'v1.bin' }));
    await lookAgain();
    await untilVerdict(api, 'far', 'not-ready');
    expect(await itemOf(api, 'far', 'artifacts')).toMatchObject({ subjects: [{ found: 'missing' }] });
    await client.send(new PutObjectCommand({ Bucket: 'models', Key: 'v1.bin', Body: 'another model' }));
    await lookAgain();
    await expect.poll(() => itemOf(api, 'far', 'artifacts')).toMatchObject({ subjects: [{ found: 'changed' }] });
    expect(await readinessOf(api, 'far')).toMatchObject({ verdict: 'not-ready' });
    await put(1);
    await lookAgain();
    await untilVerdict(api, 'far', 'ready');
  });
});
