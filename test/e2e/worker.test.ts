import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { registerOver, streamMoves } from '../support/load-moves.js';
import { query } from '../support/pg-query.js';
import { runLastgood, startLastgood, spawnLastgood, type ProductProcess } from '../support/processes.js';
import { until } from '../support/queue-until.js';
import { startRedis, type RedisServer } from '../support/redis-server.js';
import { testFolder } from '../support/run-folder.js';

describe('lastgood worker', () => {
  let database: TestDatabase;
  let folder: string;
  let redis: RedisServer | undefined;
  beforeEach(async () => {
    database = await createTestDatabase();
    folder = await testFolder('worker');
    redis = undefined;
  });
  afterEach(async () => {
    await database.drop();
    await redis?.stop();
  });

  const env = () => ({
    DATABASE_URL: database.url,
    LASTGOOD_DATA: folder,
    // Longer than any run: what is counted is what moves ask for.
    LASTGOOD_CHECK_LOOK_SECONDS: '86400',
    ...(redis && { REDIS_URL: redis.url }),
  });
  const worker = async (): Promise<ProductProcess> => {
    const started = spawnLastgood(['worker'], { env: env() });
    await until('the worker works', () => started.stdout().startsWith('working on jobs from '));
    return started;
  };
  const serve = () => startLastgood(['serve', '--port', '0'], { env: env() });
  const count = async (sql: string): Promise<number> => {
    const [row] = (await query(database.url, `SELECT count(*)::int AS n FROM ${sql}`)) as { n: number }[];
    return row?.n ?? 0;
  };
  const waiting = () => count('outbox');

  describe.each(['PostgreSQL', 'Redis'])('on %s', (place) => {
    it('checks what was registered through a replica, and says what it found', async () => {
      if (place === 'Redis') redis = await startRedis(join(folder, 'redis'));
      const [server, jobs] = await Promise.all([serve(), worker()]);
      expect(jobs.stdout()).toBe(`working on jobs from ${place}\n`);
      await mkdir(join(folder, 'artifacts'), { recursive: true });
      await writeFile(join(folder, 'artifacts', 'fraud-2.bin'), 'xx');
      await registerOver(server.url, 'fraud', 3, folder);
      await until('three versions were looked at', async () => (await count('checks')) >= 3);
      const states = [];
      for (const version of [1, 2]) {
        const answer = await fetch(`${server.url}/v1/models/fraud/versions/${version}/checks`);
        const { items } = (await answer.json()) as { items: { state: string }[] };
        states.push(items[0]?.state);
      }
      expect(states).toEqual(['missing', 'present']);
      expect(await jobs.end()).toMatchObject({ code: 0 });
      expect(await server.end()).toMatchObject({ code: 0 });
    });
  });

  it('moves and rolls back without Redis; what that should set going waits, and runs when Redis is back', async () => {
    redis = await startRedis(join(folder, 'redis'));
    const [server, jobs] = await Promise.all([serve(), worker()]);
    await registerOver(server.url, 'fraud', 4, folder);
    await until('all were looked at', async () => (await waiting()) === 0 && (await count('checks')) >= 4);
    await redis.kill();
    const stream = streamMoves(server.url, 'fraud', ['production', 'eu'], 4);
    await until('some moves are made', () => stream.acknowledged.length > 30);
    await stream.stop();
    expect(stream.failures).toEqual([]);
    // Other work waits too, which moves have in common.
    expect(await count(`outbox WHERE name = 'version.check'`)).toBeGreaterThan(10);
    // Those of one version that come at the same moment share a look.
    const before = await count('checks');
    const looked = () =>
      count(
        `(SELECT DISTINCT version FROM (SELECT * FROM checks ORDER BY id OFFSET ${before}) c WHERE kind = 'artifact') v`,
      );
    await redis.restart();
    await until('nothing waits', async () => (await waiting()) === 0);
    await until('each version was looked at', async () => (await looked()) === 4);
    expect(await jobs.end()).toMatchObject({ code: 0 });
    expect(await server.end()).toMatchObject({ code: 0 });
  });

  it('refuses without a database, and one whose schema is behind', async () => {
    const none = await runLastgood(['worker'], { env: { LASTGOOD_DATA: folder } });
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toContain('worker needs DATABASE_URL');
    await runLastgood(['migrate', '--undo'], { env: env() });
    const behind = await runLastgood(['worker'], { env: env() });
    expect(behind).toMatchObject({ code: 1, stdout: '' });
    expect(behind.stderr).toContain('Run `lastgood migrate` once');
  });
});
