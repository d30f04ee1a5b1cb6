import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

// Any constant that nothing else in the database uses.
const LOCK = 7_420_901;

/** A table whose writers wait once it has so many rows of a kind. */
export interface HeldWrites {
  /** Waits until a writer waits. */
  reached(): Promise<void>;
  /** Ends the writers that wait, as those of a process that was killed, and lets all others write. */
  release(): Promise<void>;
}

/**
 * Lets writers of a table wait once `count` of its rows fulfil the condition, so that a process can be killed in the
 * middle of its work, however fast it is and however late the test looks.
 */
export async function holdWrites(
  databaseUrl: string,
  table: string,
  condition: string,
  count: number,
): Promise<HeldWrites> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`SELECT pg_advisory_lock(${LOCK})`);
  await client.query(`CREATE OR REPLACE FUNCTION test_hold() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF (SELECT count(*) FROM ${table} WHERE ${condition}) >= ${count} THEN
        PERFORM pg_advisory_xact_lock_shared(${LOCK});
      END IF;
      RETURN NULL;
    END $$`);
  await client.query(`CREATE TRIGGER test_hold BEFORE INSERT OR UPDATE ON ${table} EXECUTE FUNCTION test_hold()`);
  const waiting = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = ${LOCK} AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  return {
    reached: async () => {
      while ((await client.query(waiting)).rowCount === 0) await sleep(20);
    },
    release: async () => {
      await client.query(`SELECT pg_terminate_backend(pid) FROM (${waiting}) AS waiting`);
      await client.query(`SELECT pg_advisory_unlock(${LOCK})`);
      await client.query(`DROP TRIGGER test_hold ON ${table}`);
      await client.end();
    },
  };
}
