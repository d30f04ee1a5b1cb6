import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { query } from '../../support/pg-query.js';
import { startRedis, type RedisServer } from '../../support/redis-server.js';
import { promote, registerVersions } from '../../support/registering.js';
import { TestNode } from '../../support/test-node.js';

const POLL = { timeout: 60_000, interval: 50 };
const WAITS = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

let redis: RedisServer;
let memory: Redis;
let api: TestApi;
let planner: pg.Client;
beforeAll(async () => {
  redis = await startRedis(join(inject('runFolder'), 'redis-loses-plans'), { keepsData: true });
  memory = new Redis(redis.url);
  api = await startApi({ jobs: true, env: { REDIS_URL: redis.url } });
  planner = new pg.Client({ connectionString: api.databaseUrl });
  await planner.connect();
});
afterAll(async () => {
  await planner.end();
  await api.close();
  memory.disconnect();
  await redis.stop();
});

const waiting = async (): Promise<number> => (await query(api.databaseUrl, WAITS)).length;
const due = () => query(api.databaseUrl, `UPDATE node_planning SET asked_at = asked_at - interval '31 seconds'`);

/** Waits until the plan is being made, has the queue forget it, and ends what was making it. */
async function loseIt(): Promise<void> {
  await expect.poll(waiting, POLL).toBe(1);
  await memory.flushall();
  await query(api.databaseUrl, `SELECT pg_terminate_backend(pid) FROM (${WAITS}) waits`);
  await expect.poll(waiting, POLL).toBe(0);
}

it('a plan that the queue loses twice while it is made is asked for by the clock, again and again', async () => {
  const node = new TestNode(api, 'lost-1');
  await node.register().expect(200);
  await expect.poll(async () => (await node.assignments()).revision, POLL).toBeGreaterThan(0);
  await registerVersions(api, 'lost', 1);
  // Whoever plans waits for this: the right to plan is one for all workers.
  await planner.query('SELECT pg_advisory_lock(7420302)');
  await promote(api, 'lost', 1);
  await loseIt();
  await due();
  await loseIt();
  await planner.query('SELECT pg_advisory_unlock(7420302)');
  expect(await node.list()).toEqual([]);
  await due();
  await expect.poll(() => node.list(), POLL).toEqual(['lost v1 live go']);
});
