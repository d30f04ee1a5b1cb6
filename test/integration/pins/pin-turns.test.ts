import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { PinTurns } from '../../../src/features/pins/pin-turns.repository.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

// Any constant that nothing else in the database uses.
const LOCK = 7_420_902;

describe('the turn to work on pins', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let client: Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    client = new Client({ connectionString: database.url });
    await client.connect();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  afterAll(async () => {
    await client?.end();
    await dataSource?.destroy();
    await database?.drop();
  });

  /** Lets whoever sets the end of a turn wait within the database: what it sees is of before, what it changes of after. */
  async function holdRenewals(): Promise<{ waiting: () => Promise<number>; release: () => Promise<void> }> {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await client.query(`CREATE OR REPLACE FUNCTION test_hold() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF current_query() LIKE '%held_until = clock_timestamp()%' THEN
          PERFORM pg_advisory_xact_lock_shared(${LOCK});
        END IF;
        RETURN NULL;
      END $$`);
    await client.query(
      'CREATE OR REPLACE TRIGGER test_hold BEFORE UPDATE ON pin_schedule EXECUTE FUNCTION test_hold()',
    );
    const sql = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = ${LOCK} AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    return {
      waiting: async () => (await client.query(sql)).rowCount ?? 0,
      release: async () => void (await client.query('SELECT pg_advisory_unlock($1)', [LOCK])),
    };
  }
  const busy = async (): Promise<number> => {
    const sql = `SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND state = 'active' AND query LIKE '%UPDATE pin_schedule%'
        AND pid <> pg_backend_pid()`;
    return (await client.query(sql)).rowCount ?? 0;
  };
  const until = async (condition: () => Promise<boolean>): Promise<void> => {
    while (!(await condition())) await sleep(20);
  };

  it('is free once it was given back, however late a renewal of it comes', async () => {
    const turns = new PinTurns(dataSource);
    let renewals: Awaited<ReturnType<typeof holdRenewals>> | undefined;
    await turns.take(new AbortController().signal, async () => {
      renewals = await holdRenewals();
      const { waiting } = renewals;
      await until(async () => (await waiting()) === 1);
    });
    await renewals?.release();
    await until(async () => (await busy()) === 0);
    const { rows } = await client.query('SELECT holder, held_until FROM pin_schedule');
    expect(rows).toEqual([{ holder: null, held_until: null }]);
  });

  it('is lost for a worker that stood still for longer than it lasts, before the database says so', async () => {
    const turns = new PinTurns(dataSource);
    const renewals = await holdRenewals().then(async (held) => {
      await held.release();
      return held;
    });
    vi.useFakeTimers({ toFake: ['Date'] });
    await turns.take(new AbortController().signal, async ({ signal }) => {
      await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
      await until(async () => (await renewals.waiting()) === 1);
      expect(signal.aborted).toBe(false);
      vi.setSystemTime(Date.now() + 60_000);
      await until(async () => signal.aborted);
      expect(await renewals.waiting()).toBe(1);
      await renewals.release();
    });
  });
});
