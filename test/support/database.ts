import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import { prepareTemplate, templateName } from './pg-template.js';

/** A database of one test file, migrated and empty. */
export interface TestDatabase {
  readonly url: string;
  /** Removes it, and ends whatever is still connected. */
  drop(): Promise<void>;
}

// Any constant that nothing else on the server uses: test files in parallel processes take turns making the template.
const templateLock = 7_420_900;

const urlOf = (name: string): string => {
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return url.href;
};

async function onServer<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Makes the template where there is none. It gets its name last, so one that has the name is a whole one. */
async function ensureTemplate(client: Client): Promise<string> {
  const name = await templateName();
  await client.query('SELECT pg_advisory_lock($1)', [templateLock]);
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount !== 0) return name;
    const unfinished = `${name}_new`;
    await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${unfinished}`);
    await prepareTemplate(urlOf(unfinished));
    await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${name}`);
    return name;
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [templateLock]);
  }
}

/** Clones the migrated template into a new database. One per test file is usual; it takes under 100 ms. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(async (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${await ensureTemplate(client)}`));
  return {
    url: urlOf(name),
    async drop() {
      await onServer((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}
