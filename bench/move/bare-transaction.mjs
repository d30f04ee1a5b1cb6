// @ts-check
import pg from 'pg';

/**
 * What a move is measured against: one update and two inserts in a transaction, through the same driver, on the same
 * server, with the same care for the disk. Tables of its own, so that it finds what a move finds: a warm row, two logs.
 * @param {string} url
 */
export async function openBareTransaction(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`
    CREATE TABLE bare_pointer (id integer PRIMARY KEY, version integer NOT NULL);
    INSERT INTO bare_pointer VALUES (1, 0);
    CREATE TABLE bare_history (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, version integer, reason text, at timestamptz);
    CREATE TABLE bare_outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, version integer, data jsonb)`);
  let version = 0;
  return {
    async run() {
      version += 1;
      await client.query('BEGIN');
      await client.query('UPDATE bare_pointer SET version = $1 WHERE id = 1', [version]);
      await client.query('INSERT INTO bare_history (version, reason, at) VALUES ($1, $2, now())', [
        version,
        'measuring',
      ]);
      await client.query('INSERT INTO bare_outbox (version, data) VALUES ($1, $2)', [version, { version }]);
      await client.query('COMMIT');
    },
    close: () => client.end(),
  };
}
