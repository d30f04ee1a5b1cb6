import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startJobs } from '../../../src/entry/worker.js';
import { DueRoundsRepository } from '../../../src/features/checks/due-rounds.repository.js';
import { Transactions } from '../../../src/platform/database/transactions.js';
import { JobQueue, OutboxRelay, OutboxRepository } from '../../../src/platform/queue/index.js';
import { startApi, type TestApi } from '../../support/api.js';
import { until } from '../../support/queue-until.js';
import { startRedis, type RedisServer } from '../../support/redis-server.js';
import { promote, registerVersions } from '../../support/registering.js';
import { RegistryRows } from './registry-rows.js';

const VERSIONS = 6;
/** How long work may take to come back after the queue lost it, in seconds, as the schedule promises. */
const PROMISED = 600;

describe('a Redis that comes back empty', () => {
  let redis: RedisServer;
  let api: TestApi;
  let rows: RegistryRows;
  beforeAll(async () => {
    redis = await startRedis(join(inject('runFolder'), 'queue-lost'));
    api = await startApi({ env: { REDIS_URL: redis.url } });
    rows = await RegistryRows.of(api.databaseUrl);
  });
  afterAll(async () => {
    await rows.close();
    await api.close();
    await redis.stop();
  });

  const seen = async (after: number): Promise<number[]> => {
    const sql = 'SELECT DISTINCT version FROM checks WHERE id > $1 ORDER BY version';
    return (await rows.query<{ version: number }>(sql, [after])).map(({ version }) => version);
  };
  const newest = async (): Promise<number> => {
    const [row] = await rows.query<{ id: number }>('SELECT coalesce(max(id), 0)::int AS id FROM checks');
    return row?.id ?? 0;
  };
  const waiting = async (): Promise<number> => (await api.app.get(JobQueue).depth()).waiting;
  /** Lets everything that is owed reach the queue, and the queue forget it. */
  const lose = async (): Promise<void> => {
    const outbox = api.app.get(OutboxRepository);
    await until('the queue holds all of it', async () => (await outbox.backlog()).rows === 0);
    expect(await waiting()).toBeGreaterThan(0);
    await redis.kill();
    await redis.restart();
    await until('Redis is back', () =>
      waiting().then(
        (n) => n === 0,
        () => false,
      ),
    );
  };
  /** In how many seconds a version is looked at by the schedule. */
  const dueIn = async (version: number): Promise<number> => {
    const sql = `SELECT extract(epoch FROM due_at - now())::float8 AS seconds FROM check_rounds WHERE version = $1 AND depth = 'look'`;
    const [row] = await rows.query<{ seconds: number }>(sql, [version]);
    return row?.seconds ?? Infinity;
  };
  /** Lets as much time pass for the schedule as it may take. */
  const pass = () =>
    rows.query(`UPDATE check_rounds SET due_at = due_at - $1 * interval '1 second' WHERE depth = 'look'`, [PROMISED]);

  it('lost no work: what was registered, asked for and moved is looked at all the same, within ten minutes', async () => {
    const relay = api.app.get(OutboxRelay);
    relay.start();
    await registerVersions(api, 'fraud', VERSIONS);
    await lose();
    expect(await seen(0)).toEqual([]);
    await pass();
    await startJobs(api.app);
    const all = Array.from({ length: VERSIONS }, (_, index) => index + 1);
    await until('all were looked at', async () => (await seen(0)).length === VERSIONS);
    expect(await seen(0)).toEqual(all);
  });

  it('lost no look that somebody asked for at a version that nothing else would look at for a week', async () => {
    const { body } = await api.as('ana').get('/v1/models/fraud/versions/3/checks').expect(200);
    expect(body.items.length).toBeGreaterThan(0);
    expect(await dueIn(3)).toBeGreaterThan(PROMISED);
    await redis.kill();
    const { body: asked } = await api.as('ana').post('/v1/models/fraud/versions/3/checks').send({}).expect(202);
    expect(await dueIn(3)).toBeLessThanOrEqual(PROMISED);
    await rows.query('DELETE FROM outbox');
    await redis.restart();
    const last = await newest();
    await pass();
    await until('it was looked at', async () => (await seen(last)).includes(3));
    await until('whoever waits for it knows', async () => {
      const { body: rounds } = await api.as('ana').get('/v1/models/fraud/versions/3/checks/rounds').expect(200);
      return rounds.look.completedNumber >= asked.rounds.look;
    });
  });

  it('lost no look at what became live meanwhile', async () => {
    expect(await dueIn(5)).toBeGreaterThan(PROMISED);
    await redis.kill();
    await promote(api, 'fraud', 5);
    await rows.query('DELETE FROM outbox');
    await redis.restart();
    const last = await newest();
    // What the worker does each minute by itself.
    const due = api.app.get(DueRoundsRepository);
    await api.app.get(Transactions).run((transaction) => due.align(transaction));
    expect(await dueIn(5)).toBeLessThanOrEqual(PROMISED);
    await pass();
    await until('it was looked at', async () => (await seen(last)).includes(5));
  });
});
