import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startCountingFileServer, type CountingFileServer } from '../support/counting-file-server.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { query } from '../support/pg-query.js';
import { spawnLastgood, startLastgood } from '../support/processes.js';
import { testFolder } from '../support/run-folder.js';

const SIZE = 48 * 1024 * 1024;
const PACE = 4 * 1024 * 1024;

let database: TestDatabase;
let folder: string;
let server: CountingFileServer;
const bytes = randomBytes(SIZE);
beforeEach(async () => {
  database = await createTestDatabase();
  folder = await testFolder('kill-reading');
  server = await startCountingFileServer(bytes);
});
afterEach(async () => {
  await database.drop();
  await server.close();
});

const env = () => ({
  DATABASE_URL: database.url,
  LASTGOOD_DATA: folder,
  LASTGOOD_HTTPS_ALLOWED_HOSTS: `http://${server.host}`,
  LASTGOOD_ALLOWED_NETWORKS: '127.0.0.0/8',
  LASTGOOD_VERIFY_BYTES_PER_SECOND: String(PACE),
});
const rows = async <Row>(sql: string): Promise<Row[]> => (await query(database.url, sql)) as Row[];

it('goes on reading where a killed worker was, rather than from the beginning', async () => {
  const api = await startLastgood(['serve', '--port', '0'], { env: env() });
  const call = async (path: string, body: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${api.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(answer.status).toBeLessThan(300);
  };
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const artifacts = [{ uri: `http://${server.host}/weights.bin`, digest, size: SIZE }];
  await call('/v1/models/big/versions', { createModel: true, artifacts });
  await call('/v1/models/big/versions/1/checks', { deep: true });

  const victim = spawnLastgood(['worker'], { env: env() });
  const saved = async (): Promise<number> => {
    const [row] = await rows<{ bytes: string }>('SELECT bytes FROM reading_progress');
    return Number(row?.bytes ?? 0);
  };
  while ((await saved()) < SIZE / 3) await sleep(50);
  await victim.end('SIGKILL');
  const [sentBefore, savedBefore] = [server.sent(), await saved()];
  expect(sentBefore).toBeLessThan(SIZE);

  const next = spawnLastgood(['worker'], { env: env() });
  const content = () =>
    rows<{ state: string; evidence: object }>(`SELECT state, evidence FROM newest_checks WHERE kind = 'content'`);
  while ((await content()).length === 0) await sleep(100);
  await next.end();
  await api.end();

  console.log(
    `${SIZE} bytes; killed after ${sentBefore} were sent and ${savedBefore} saved; ${server.sent()} sent in all`,
  );
  expect(await content()).toMatchObject([{ state: 'present', evidence: { digest, bytes: SIZE } }]);
  expect(server.sent()).toBeLessThan(1.8 * SIZE);
  expect(await rows('SELECT FROM reading_progress')).toEqual([]);
});
