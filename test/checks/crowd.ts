import { inject } from 'vitest';
import type { TestApi } from '../support/api.js';
import { layObject, s3ClientFor } from '../support/s3-buckets.js';
import { digestOf } from '../../src/domain/digest.js';

const BYTES = Buffer.from('x');
const AT_ONCE = 32;

/** Lays so many objects below a prefix of the run's bucket, each a byte long; answers them as artifacts. */
export async function layMany(prefix: string, count: number): Promise<object[]> {
  const { endpoint, keys, bucket } = inject('s3');
  const client = s3ClientFor(endpoint, keys);
  const names = Array.from({ length: count }, (_, index) => `${prefix}/${String(index).padStart(5, '0')}.bin`);
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let name = names[next]; name !== undefined; name = names[next]) {
      next += 1;
      await layObject(client, bucket, name, BYTES);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  client.destroy();
  const fixed = { digest: digestOf(BYTES), size: BYTES.length };
  return names.map((name) => ({ uri: `s3://${bucket}/${name}`, path: name, ...fixed }));
}

/** The environment of a registry whose store is the run's bucket. */
export function storeEnv(): Record<string, string> {
  const { endpoint, keys, bucket } = inject('s3');
  return {
    S3_BUCKET: bucket,
    S3_ENDPOINT: endpoint,
    S3_ACCESS_KEY_ID: keys.accessKeyId,
    S3_SECRET_ACCESS_KEY: keys.secretAccessKey,
  };
}

/** Registers artifacts as versions of a model, so many in each. */
export async function registerInVersions(
  api: TestApi,
  model: string,
  artifacts: readonly object[],
  each: number,
): Promise<void> {
  for (let from = 0; from < artifacts.length; from += each) {
    const body = { createModel: true, artifacts: artifacts.slice(from, from + each) };
    await api.as('pipeline').post(`/v1/models/${model}/versions`).send(body).expect(201);
  }
}
