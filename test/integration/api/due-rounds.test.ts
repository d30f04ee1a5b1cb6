import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DueRoundsRepository } from '../../../src/features/checks/due-rounds.repository.js';
import { RoundRepository } from '../../../src/features/checks/round.repository.js';
import { migrateToLatest, undoLastMigration } from '../../../src/platform/database/migrate.js';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions } from '../../support/registering.js';
import { RegistryRows } from './registry-rows.js';

const IDLE = 50_000;

describe('what is due in the schedule of checks', () => {
  let api: TestApi;
  let rows: RegistryRows;
  let due: DueRoundsRepository;
  let dataSource: DataSource;
  beforeAll(async () => {
    api = await startApi();
    rows = await RegistryRows.of(api.databaseUrl);
    due = api.app.get(DueRoundsRepository);
    dataSource = api.app.get(DataSource);
    await registerVersions(api, 'fraud', 5);
    // Idle versions as a big registry has them, each with its rounds in some days.
    await rows.query(
      `INSERT INTO versions (model_id, version, digest, artifacts, env, serving, source, labels, metrics, created_by)
       SELECT 1, 100 + n, 'sha256:' || n, '[]', '{}', '{}', '{}', '{}', '{}', 'test' FROM generate_series(1, $1::integer) n`,
      [IDLE],
    );
  });
  afterAll(async () => {
    await rows.close();
    await api.close();
  });

  // Every version idle, none due.
  beforeEach(async () => {
    await rows.query('DELETE FROM check_rounds');
    await rows.query(`INSERT INTO check_rounds (model_id, version, depth, urgency, due_at)
      SELECT model_id, version, depth, 4, now() + random() * interval '7 days' + interval '1 hour'
      FROM versions CROSS JOIN (VALUES ('look'), ('deep')) d (depth)`);
    await rows.query('VACUUM ANALYZE check_rounds');
  });

  const pick = () => dataSource.transaction((manager) => due.pick(manager));
  const makeDue = (from: number, to: number, urgency = 4) =>
    rows.query(
      `UPDATE check_rounds SET due_at = now() - version * interval '1 second', urgency = $3
       WHERE depth = 'look' AND version BETWEEN $1 AND $2`,
      [from, to, urgency],
    );

  it('is found without reading what is not', async () => {
    await makeDue(200, 204);
    await dataSource.transaction(async (manager) => {
      expect(await due.pick(manager)).toHaveLength(5);
      const [{ sequential, fetched }] = await manager.query(`
        SELECT seq_tup_read::int AS sequential, idx_tup_fetch::int AS fetched
        FROM pg_stat_xact_user_tables WHERE relname = 'check_rounds'`);
      expect(sequential).toBe(0);
      expect(fetched).toBeLessThan(50);
    });
    expect(await pick()).toEqual([]);
  });

  it('is picked once, however many workers pick at a time', async () => {
    await makeDue(101, 400);
    const picked = (await Promise.all([pick(), pick(), pick(), pick()])).flat();
    expect(picked.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 300 }, (_, n) => 101 + n),
    );
  });

  it('is picked in bounded batches, the oldest first, and what is needed beside whatever waits', async () => {
    await makeDue(101, 5000);
    await makeDue(1, 2, 0);
    const first = await pick();
    expect(first.slice(0, 2).map(({ urgency }) => urgency)).toEqual([0, 0]);
    const others = first.slice(2).map(({ version }) => version);
    expect(others).toHaveLength(500);
    expect(Math.min(...others)).toBe(4501);
    await makeDue(3, 3, 1);
    expect((await pick()).map(({ version }) => version)).toEqual([3]);
  });

  it('is due again after a while where its job was lost, and goes on where the round stood', async () => {
    await makeDue(200, 200);
    const [round] = await pick();
    const key = { modelId: round?.modelId ?? 0, version: 200 };
    const rounds = api.app.get(RoundRepository);
    const begun = await rounds.underWay(key, 'look');
    expect(await rounds.advance(key, 'look', begun ?? { turn: -1, position: -1 }, 7)).toMatchObject({ position: 7 });
    await makeDue(200, 200);
    expect(await pick()).toMatchObject([{ version: 200 }]);
    expect(await rounds.underWay(key, 'look')).toMatchObject({ position: 7 });
  });

  it('belongs to whoever began the round last', async () => {
    const key = { modelId: 1, version: 200 };
    const rounds = api.app.get(RoundRepository);
    const first = await rounds.begin(key, 'look', null);
    const second = await rounds.begin(key, 'look', 'live');
    expect(await rounds.advance(key, 'look', first, 5)).toBeNull();
    await rounds.complete(key, 'look', first, null);
    expect(await rounds.underWay(key, 'look')).toEqual(second);
    await rounds.complete(key, 'look', second, 'live');
    expect(await rounds.underWay(key, 'look')).toBeNull();
  });

  it('is a look once a reading has shown otherwise than the last one, or has settled what that was in doubt about', async () => {
    const key = { modelId: 1, version: 300 };
    const isDueAfter = async (look: string, evidence: object, content: string): Promise<boolean> => {
      await rows.query('DELETE FROM newest_checks');
      for (const [kind, state, what, age] of [
        ['artifact', look, evidence, 2],
        ['content', content, {}, 1],
      ]) {
        await rows.query(
          `INSERT INTO newest_checks (model_id, version, kind, subject, state, evidence, duration_ms, observed_at, since)
           SELECT 1, 300, $1, 'file:///w', $2, $3, 1, t, t FROM (SELECT now() - $4 * interval '1 second' AS t)`,
          [kind, state, what, age],
        );
      }
      await rows.query(`UPDATE check_rounds SET due_at = now() + interval '1 hour' WHERE version = 300`);
      await api.app.get(RoundRepository).hastenOutdatedLook(key);
      return (await pick()).length > 0;
    };
    expect(await isDueAfter('present', { mark: 'a' }, 'changed')).toBe(true);
    await rows.query('UPDATE check_rounds SET picked_at = NULL');
    expect(await isDueAfter('changed', { mark: { was: 'a', is: 'b' } }, 'changed')).toBe(true);
    await rows.query('UPDATE check_rounds SET picked_at = NULL');
    expect(await isDueAfter('changed', { mark: 'b', read: 'its bytes were others' }, 'changed')).toBe(false);
    expect(await isDueAfter('present', { mark: 'a' }, 'present')).toBe(false);
  });

  it('takes in what gained a role without a check of its own, and versions without rounds that are needed', async () => {
    await promote(api, 'fraud', 1);
    await promote(api, 'fraud', 2);
    await rows.query('DELETE FROM check_rounds WHERE version = 1');
    await dataSource.transaction((manager) => due.align(manager));
    const found = await rows.query(
      `SELECT version, depth, urgency, due_at <= now() + interval '300 seconds' AS soon FROM check_rounds
       WHERE urgency < 4 ORDER BY version, depth DESC`,
    );
    expect(found).toMatchObject([
      { version: 1, depth: 'look', urgency: 1, soon: true },
      { version: 1, depth: 'deep', urgency: 1 },
      { version: 2, depth: 'look', urgency: 0, soon: true },
      { version: 2, depth: 'deep', urgency: 0 },
    ]);
  });

  it('takes in every version that was there before there was a schedule', async () => {
    let undone: string | null;
    do undone = await undoLastMigration(api.databaseUrl);
    while (undone !== null && !/^Checks\d/.test(undone));
    await migrateToLatest(api.databaseUrl);
    const [{ n, most }] = (await rows.query(
      `SELECT count(*)::int AS n, max(extract(epoch FROM due_at - now()))::float8 AS most FROM check_rounds`,
    )) as [{ n: number; most: number }];
    expect(n).toBe(2 * (IDLE + 5));
    expect(most).toBeGreaterThan(20 * 86_400);
    const lately = await rows.query(
      `SELECT version, depth, urgency FROM check_rounds WHERE urgency < 4 ORDER BY 2 DESC`,
    );
    expect(lately).toEqual([
      { version: 1, depth: 'look', urgency: 3 },
      { version: 1, depth: 'deep', urgency: 3 },
    ]);
  });
});
