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

  /** The newest revision that there is. */
  async revision(): Promise<number> {
    const [row] = await this.query<{ value: string }>('SELECT value FROM registry_revision');
    return Number(row?.value);
  }
}
