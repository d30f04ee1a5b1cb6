import { Client } from 'pg';

/** A connection of its own to a registry's database, for looking at rows and for making statements fail. */
export class RegistryRows {
  private constructor(private readonly client: Client) {}

  static async of(databaseUrl: string): Promise<RegistryRows> {
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    return new RegistryRows(client);
  }

  close(): Promise<void> {
    return this.client.end();
  }

  async query<Row>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const { rows } = await this.client.query(sql, values);
    return rows as Row[];
  }

  /** Lets the live version of an alias have served for so many seconds more, as if it had gone live earlier. */
  async age(model: string, alias: string, seconds: number): Promise<void> {
    await this.query(
      `UPDATE aliases SET live_since = live_since - $3 * interval '1 second'
       WHERE name = $2 AND model_id = (SELECT id FROM models WHERE name = $1)`,
      [model, alias, seconds],
    );
  }

  /** Every table with its number of rows and a digest of what stands in them. */
  async contents(): Promise<Record<string, string>> {
    const tables = await this.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables
       WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1`,
    );
    const counted = tables.map(
      ({
        name,
      }) => `SELECT '${name}' AS name, count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '')
                     AS rows FROM ${name} t`,
    );
    const found = await this.query<{ name: string; rows: string }>(counted.join(' UNION ALL '));
    return Object.fromEntries(found.map((row) => [row.name, row.rows]));
  }

  /**
   * Lets every INSERT into a table fail until the function that this gives is called: at once, or only at the commit.
   */
  async failInserts(table: string, when: 'at once' | 'at the commit'): Promise<() => Promise<void>> {
    await this.query(`CREATE OR REPLACE FUNCTION test_failure() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'this insert fails for a test'; END $$`);
    const kind = when === 'at once' ? 'TRIGGER test_failure BEFORE' : 'CONSTRAINT TRIGGER test_failure AFTER';
    const deferred = when === 'at once' ? '' : 'DEFERRABLE INITIALLY DEFERRED';
    await this.query(`CREATE ${kind} INSERT ON ${table} ${deferred} FOR EACH ROW EXECUTE FUNCTION test_failure()`);
    return async () => void (await this.query(`DROP TRIGGER test_failure ON ${table}`));
  }

  /** The newest revision that there is. */
  async revision(): Promise<number> {
    const [row] = await this.query<{ value: string }>('SELECT value FROM registry_revision');
    return Number(row?.value);
  }
}
