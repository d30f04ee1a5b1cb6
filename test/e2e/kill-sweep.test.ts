import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { holdWrites } from '../support/held-writes.js';
import { query } from '../support/pg-query.js';
import { spawnLastgood, startLastgood, type ProductProcess } from '../support/processes.js';
import { testFolder } from '../support/run-folder.js';

const VERSIONS = 12;
const ARTIFACTS = 800;
const SUBJECTS = VERSIONS * ARTIFACTS;

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createTestDatabase();
  folder = await testFolder('kill-sweep');
});
afterEach(() => database.drop());

const env = () => ({ DATABASE_URL: database.url, LASTGOOD_DATA: folder });
const worker = (): ProductProcess => spawnLastgood(['worker'], { env: env() });
const count = async (sql: string): Promise<number> => {
  const [row] = (await query(database.url, `SELECT count(*)::int AS n FROM ${sql}`)) as { n: number }[];
  return row?.n ?? 0;
};

/** Registers versions of many small files each, of which one in a hundred is not there. */
async function register(): Promise<void> {
  const files = join(folder, 'artifacts');
  await mkdir(files, { recursive: true });
  const names = Array.from({ length: ARTIFACTS }, (_, n) => `part-${n}.bin`);
  for (const [n, name] of names.entries()) if (n % 100 !== 0) await writeFile(join(files, name), name);
  const server = await startLastgood(['serve', '--port', '0'], { env: env() });
  for (let seed = 1; seed <= VERSIONS; seed += 1) {
    const artifacts = names.map((name) => ({
      uri: pathToFileURL(join(files, name)).href,
      path: name,
      digest: `sha256:${createHash('sha256').update(name).digest('hex')}`,
      size: name.length,
    }));
    const body = JSON.stringify({ createModel: true, artifacts, serving: { seed } });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${server.url}/v1/models/big/versions`, { method: 'POST', headers, body });
    expect(answer.status).toBe(201);
  }
  await server.end();
  // Their first looks are not what this is about: only what the schedule finds due.
  await query(database.url, 'DELETE FROM outbox');
}

it('finishes a sweep whose worker is killed in the middle, and skips no subject', async () => {
  await register();
  await query(database.url, `UPDATE check_rounds SET due_at = now() WHERE depth = 'look'`);
  const observed = () => count('newest_checks');
  const kills: number[] = [];
  for (const share of [0.1, 0.4, 0.7]) {
    const held = await holdWrites(database.url, 'newest_checks', 'true', SUBJECTS * share);
    const victim = worker();
    await held.reached();
    await victim.end('SIGKILL');
    await held.release();
    kills.push(await observed());
  }
  expect(kills.at(-1)).toBeLessThan(SUBJECTS);
  const last = worker();
  const completed = `check_rounds WHERE depth = 'look' AND completed_at IS NOT NULL`;
  while ((await count(completed)) < VERSIONS) await sleep(100);
  await last.end();

  const recorded = await count('checks');
  console.log(
    `${SUBJECTS} subjects; ${kills.join(', ')} observed when a worker was killed; ` +
      `${await observed()} in the end, ${recorded - SUBJECTS} of them twice`,
  );
  expect(await observed()).toBe(SUBJECTS);
  expect(await count(`newest_checks WHERE state = 'present'`)).toBe(SUBJECTS * 0.99);
  expect(await count(`newest_checks WHERE state = 'missing'`)).toBe(SUBJECTS * 0.01);
});
