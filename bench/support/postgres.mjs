// @ts-check
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../dist/src/platform/database/embedded/index.js';
import { runProduct } from './product.mjs';

/**
 * An embedded PostgreSQL in a folder of its own, as `lastgood up` runs it: durable, with every default of ours.
 * @param {(end: () => unknown) => void} own
 */
export async function startPostgres(own) {
  const dataDir = await mkdtemp(join(tmpdir(), 'lastgood-bench-'));
  own(() => rm(dataDir, { recursive: true, force: true }));
  const log = { info() {}, warn: console.warn, error: console.error };
  const postgres = await startEmbeddedPostgres({ dataDir, log });
  own(() => postgres.stop());
  return {
    /**
     * Makes a database with Lastgood's schema in it, by `lastgood migrate`.
     * @param {string} name
     * @returns {Promise<string>} its URL
     */
    async database(name) {
      await withClient(postgres.url, (client) => client.query(`CREATE DATABASE ${name}`));
      const url = new URL(postgres.url);
      url.pathname = `/${name}`;
      await runProduct(['migrate'], { DATABASE_URL: url.href });
      return url.href;
    },
  };
}

/**
 * Connects, hands the connection to `work`, and closes it.
 * @template T
 * @param {string} url
 * @param {(client: pg.Client) => Promise<T>} work
 */
export async function withClient(url, work) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
