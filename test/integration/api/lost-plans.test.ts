import { createHash } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions } from '../../support/registering.js';
import { dataSourceOptions } from '../../../src/platform/database/data-source.js';
import { prepared } from '../../../src/platform/database/prepared.js';
import { Transactions } from '../../../src/platform/database/transactions.js';
import { query } from '../../support/pg-query.js';

const MODEL = 'voice';
const ALIAS = `/v1/models/${MODEL}/aliases/production`;

describe('moves whose statements PostgreSQL has planned ahead', () => {
  let api: TestApi;
  beforeEach(async () => {
    // One connection: what is done to it is done to every request.
    api = await startApi({ env: { LASTGOOD_DATABASE_POOL: '1' } });
    await registerVersions(api, MODEL, 4);
    for (const version of [1, 2, 3]) await promote(api, MODEL, version);
  });
  afterEach(() => api.close());

  const plans = async (): Promise<string[]> => {
    const rows: { name: string }[] = await api.app.get(DataSource).query('SELECT name FROM pg_prepared_statements');
    return rows.map(({ name }) => name);
  };
  const moveAndBack = async () => {
    await api.as('ana').put(ALIAS).send({ version: 4, reason: 'next' }).expect(200);
    const { body } = await api.as('ben').post(`${ALIAS}/rollback`).send({ from: 4, reason: 'errors' }).expect(200);
    expect(body).toMatchObject({ from: 4, to: 3 });
    await api.as('ben').post(`${ALIAS}/clear`).send({ version: 4, reason: 'measured again' }).expect(200);
  };

  it('keep their plans on the connection', async () => {
    expect(await plans()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^lastgood_lock_alias_[0-9a-f]{8}$/),
        expect.stringMatching(/^lastgood_write_move_[0-9a-f]{8}$/),
      ]),
    );
  });

  it('succeed when the plans are lost, as behind a pooler that shares connections', async () => {
    await api.app.get(DataSource).query('DEALLOCATE ALL');
    await moveAndBack();
    expect(await plans()).toEqual([]);
    await moveAndBack();
  });

  it('succeed when the plans are lost on every connection, and the second try is made on another one', async () => {
    const source = new DataSource(dataSourceOptions({ url: api.databaseUrl, poolSize: 2, impatient: true }));
    await source.initialize();
    onTestFinished(() => source.destroy());
    const transactions = new Transactions(source);
    const { master } = source.driver as unknown as { master: { waitingCount: number } };
    const text = prepared('on_each', 'SELECT 1 AS one');
    /** Begins a transaction, and ends it when asked to. */
    const hold = (sql: string) => {
      let end: () => void = () => undefined;
      const ended = new Promise<void>((resolve) => (end = resolve));
      let begun: () => void = () => undefined;
      const has = new Promise<void>((resolve) => (begun = resolve));
      const done = transactions.run(async (transaction) => {
        await transaction.query(sql);
        await transaction.query(`SET LOCAL idle_in_transaction_session_timeout = '60s'`);
        begun();
        await ended;
      });
      return { has, end: () => (end(), done) };
    };
    for (const sql of [text, 'DEALLOCATE ALL']) {
      const [one, other] = [hold(sql), hold(sql)];
      await Promise.all([one.has, other.has]);
      await Promise.all([one.end(), other.end()]);
    }
    const first = hold('SELECT 2');
    await first.has;
    let queued: ReturnType<typeof hold> | undefined;
    const answer = transactions.run(async (transaction) => {
      if (queued === undefined) {
        queued = hold('SELECT 3');
        await vi.waitUntil(() => master.waitingCount === 1);
      }
      return transaction.query(text);
    });
    await expect.poll(() => queued).toBeDefined();
    await queued?.has; // on the connection on which the first try failed
    await expect.poll(() => master.waitingCount).toBe(1);
    await first.end();
    expect(await answer).toEqual([{ one: 1 }]);
    await queued?.end();
  });

  it('succeed when a plan of that name is there already, from somebody who had the connection before', async () => {
    const text = prepared('of_a_test', 'SELECT $1::integer AS number');
    const name = `lastgood_of_a_test_${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
    await api.app.get(DataSource).query(`PREPARE ${name} AS ${text}`);
    const transactions = api.app.get(Transactions);
    expect(await transactions.run((transaction) => transaction.query(text, [7]))).toEqual([{ number: 7 }]);
    await moveAndBack();
  });

  it('succeed when a column that they read has got another type meanwhile', async () => {
    await query(api.databaseUrl, 'ALTER TABLE aliases ALTER COLUMN soak_seconds TYPE bigint');
    await moveAndBack();
    expect(await plans()).not.toEqual([]);
  });

  it('never read a whole table, whatever its size was when they were planned', async () => {
    const source = api.app.get(DataSource);
    await source.query('ANALYZE');
    await source.query('SET plan_cache_mode = force_generic_plan');
    for (const name of await plans()) {
      const [{ count } = { count: 0 }]: { count: number }[] = await source.query(
        'SELECT cardinality(parameter_types) AS count FROM pg_prepared_statements WHERE name = $1',
        [name],
      );
      const values = Array.from({ length: count }, () => 'NULL').join(', ');
      const plan: object[] = await source.query(`EXPLAIN EXECUTE ${name}(${values})`);
      expect(JSON.stringify(plan)).not.toMatch(/Seq Scan on (?!registry_revision)/);
    }
  });
});
