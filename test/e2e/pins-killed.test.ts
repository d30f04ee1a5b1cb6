import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { S3Client } from '@aws-sdk/client-s3';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { holdWrites } from '../support/held-writes.js';
import { query } from '../support/pg-query.js';
import { spawnLastgood, startLastgood, type ProductProcess } from '../support/processes.js';
import { until } from '../support/queue-until.js';
import { testFolder } from '../support/run-folder.js';
import { makeBucket, s3ClientFor } from '../support/s3-buckets.js';
import { startS3Server, type S3Server } from '../support/s3-server.js';
import { Bucket, pinning, WEIGHTS } from '../integration/pins/pin-world.js';

const OBJECTS = 240;

describe('a worker that is killed while it pins', () => {
  let database: TestDatabase;
  let server: S3Server;
  let client: S3Client;
  let bucket: Bucket;
  beforeAll(async () => {
    [database, server] = await Promise.all([createTestDatabase(), startS3Server()]);
    client = s3ClientFor(server.endpoint, server.keys);
    bucket = new Bucket(client, await makeBucket(client, 'locked'));
  });
  afterAll(async () => {
    client?.destroy();
    await server?.close();
    await database?.drop();
  });

  const pinned = async (): Promise<number> => {
    const sql = 'SELECT count(*)::int AS n FROM pinned_objects WHERE ours AND set_at IS NOT NULL';
    const [row] = (await query(database.url, sql)) as { n: number }[];
    return row?.n ?? 0;
  };

  it('loses nothing: another one pins the rest, and all of it is known to be ours', async () => {
    const keys = Array.from({ length: OBJECTS }, (_, index) => `shards/${String(index).padStart(4, '0')}.bin`);
    for (let next = 0; next < keys.length; next += 20)
      await Promise.all(keys.slice(next, next + 20).map((key) => bucket.lay(key)));
    const env = {
      ...pinning({ ...server, bucket: bucket.name }, { LASTGOOD_PIN_INTERVAL_SECONDS: '900' }),
      DATABASE_URL: database.url,
      LASTGOOD_DATA: await testFolder('pins-killed'),
    };
    const worker = async (): Promise<ProductProcess> => {
      const started = spawnLastgood(['worker'], { env });
      await until('the worker works', () => started.stdout().startsWith('working on jobs from '));
      return started;
    };
    const writes = await holdWrites(database.url, 'pinned_objects', 'ours AND set_at IS NOT NULL', OBJECTS / 3);
    const [api, first] = await Promise.all([startLastgood(['serve', '--port', '0'], { env }), worker()]);
    const send = (method: string, path: string, body: object): Promise<Response> =>
      fetch(`${api.url}/v1/models/sharded${path}`, {
        method,
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', 'lastgood-actor': 'ana' },
      });
    const uri = `s3://${bucket.name}/shards/`;
    const artifact = { uri, digest: `sha256:${'0'.repeat(64)}`, size: OBJECTS * WEIGHTS.length, path: 'shards' };
    expect((await send('POST', '/versions', { createModel: true, artifacts: [artifact] })).status).toBe(201);
    expect((await send('PUT', '/aliases/production', { version: 1, reason: 'ship' })).status).toBe(200);
    await writes.reached();
    await first.end('SIGKILL');
    await writes.release();
    const before = await pinned();
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(OBJECTS);
    await worker();
    await until('all are pinned', async () => (await pinned()) === OBJECTS, 300_000);
    const held = await Promise.all(keys.map((key) => bucket.held(key)));
    expect(held.filter(Boolean)).toHaveLength(OBJECTS);
  });
});
