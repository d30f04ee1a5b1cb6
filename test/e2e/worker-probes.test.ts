import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { registerOver } from '../support/load-moves.js';
import { runLastgood, spawnLastgood, startLastgood, type ListeningProcess } from '../support/processes.js';
import { until } from '../support/queue-until.js';
import { startRedis, type RedisServer } from '../support/redis-server.js';
import { testFolder } from '../support/run-folder.js';

let database: TestDatabase;
let folder: string;
let redis: RedisServer;
beforeEach(async () => {
  database = await createTestDatabase();
  folder = await testFolder('worker-probes');
  redis = await startRedis(join(folder, 'redis'));
});
afterEach(async () => {
  redis.resume();
  await redis.stop();
  await database.drop();
});

const env = () => ({ DATABASE_URL: database.url, LASTGOOD_DATA: folder, REDIS_URL: redis.url });

async function startWorker(): Promise<ListeningProcess> {
  const started = spawnLastgood(['worker', '--listen', '0'], { env: env() });
  const url = () => /^working on jobs from Redis; health and metrics on (http:\S+)\n/.exec(started.stdout())?.[1];
  await until('the worker works', () => url() !== undefined);
  return { ...started, url: url() ?? '' };
}

const ready = async (url: string) => {
  const answer = await fetch(`${url}/readyz`);
  return { status: answer.status, body: await answer.json() };
};
const metrics = async (url: string): Promise<string> => (await fetch(`${url}/metrics`)).text();

it('tells probes and Prometheus of a worker that runs alone what it does, and what it lacks', async () => {
  const worker = await startWorker();
  expect(await (await fetch(`${worker.url}/healthz`)).json()).toEqual({ status: 'ok' });
  const well = { status: 'ready', jobs: 'running', database: 'reachable', queue: 'reachable' };
  await until('it is ready', async () => (await ready(worker.url)).status === 200);
  expect((await ready(worker.url)).body).toEqual(well);

  const server = await startLastgood(['serve', '--port', '0'], { env: env() });
  await registerOver(server.url, 'fraud', 2, folder);
  const ran = 'lastgood_job_run_seconds_count{job="version.check",lane="prompt",outcome="completed"} 2\n';
  await until('two versions were checked', async () => (await metrics(worker.url)).includes(ran));
  const text = await metrics(worker.url);
  expect(text).toMatch(/^lastgood_queue_up 1$/m);
  expect(text).toMatch(/^lastgood_outbox_rows \d+$/m);
  expect(text).toMatch(/^lastgood_outbox_oldest_seconds \d/m);
  expect(text).toMatch(/^lastgood_jobs_failed_total\{lane="prompt"\} 0$/m);
  expect(text).toMatch(/^lastgood_jobs\{lane="bulk",state="waiting"\} \d+$/m);
  expect(text).toMatch(/^process_resident_memory_bytes \d/m);

  redis.pause();
  const away = { ...well, status: 'not ready', queue: 'unreachable' };
  await until('it is not ready', async () => (await ready(worker.url)).status === 503);
  expect((await ready(worker.url)).body).toEqual(away);
  expect((await fetch(`${worker.url}/healthz`)).status).toBe(200);
  expect(await metrics(worker.url)).toMatch(/^lastgood_queue_up 0$/m);
  redis.resume();
  await until('it is ready again', async () => (await ready(worker.url)).status === 200);

  expect((await fetch(`${worker.url}/v1/models`)).status).toBe(404);
  expect((await fetch(`${worker.url}/metrics`, { method: 'POST' })).status).toBe(405);
  expect((await fetch(`${worker.url}/healthz`, { method: 'HEAD' })).status).toBe(200);
  expect(await worker.end()).toMatchObject({ code: 0 });
  expect(await server.end()).toMatchObject({ code: 0 });
});

it('refuses a place where it cannot listen, and says what to choose instead', async () => {
  const worker = await startWorker();
  const { port } = new URL(worker.url);
  const second = await runLastgood(['worker', '--listen', port], { env: env() });
  expect(second).toMatchObject({ code: 1, stdout: '' });
  expect(second.stderr).toContain(
    `something listens on 127.0.0.1:${port} already: stop it, or choose another --listen.`,
  );
  const wrong = await runLastgood(['worker', '--listen', 'here'], { env: env() });
  expect(wrong).toMatchObject({ code: 1, stdout: '' });
  expect(wrong.stderr).toContain('it takes a host and a port like 0.0.0.0:7421');
  expect(await worker.end()).toMatchObject({ code: 0 });
});
