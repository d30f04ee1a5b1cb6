import pg, { type Client } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { MIGRATIONS } from '../../../migrations/index.js';
import { giveUpOnSilence } from './give-up-on-silence.js';
import { usePrepared } from './prepared.js';
import { sendTogether } from './send-together.js';

/**
 * How long a process that serves waits for PostgreSQL, in milliseconds. Somebody waits for the answer, and "not now" is
 * worth more to them than silence. Each gives way to the next: a transaction whose process went silent is ended by the
 * server (its locks stop every move) before a statement that waits for those locks is, and the server ends a slow
 * statement before we end a connection that does not even report that.
 */
export const PATIENCE = {
  connectionTimeoutMillis: 3_000,
  idle_in_transaction_session_timeout: 3_000,
  statement_timeout: 4_000,
  query_timeout: 5_000,
};

/** How to reach PostgreSQL: `url` as in DATABASE_URL, `poolSize` connections at most. */
export interface DatabaseOptions {
  url: string;
  poolSize: number;
  applicationName?: string;
  /** True for a process that serves: nothing is waited for longer than {@link PATIENCE} says. */
  impatient?: boolean;
}

/** TypeORM's options for our database. The schema comes from the migrations alone: nothing is ever synchronised. */
export function dataSourceOptions(options: DatabaseOptions): DataSourceOptions {
  const { url, poolSize, applicationName = 'lastgood', impatient = false } = options;
  return {
    type: 'postgres',
    // Or it would look for one by itself, and find another copy than that of the program.
    driver: pg,
    url,
    applicationName,
    synchronize: false,
    migrationsRun: false,
    migrations: MIGRATIONS,
    migrationsTableName: 'lastgood_migrations',
    migrationsTransactionMode: 'each',
    parseInt8: true,
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    logging: false,
    poolSize,
    connectTimeoutMS: PATIENCE.connectionTimeoutMillis,
    extra: { keepAlive: true, ...(impatient && { ...PATIENCE, pipeline: true, onConnect: equip }) },
  };
}

// Of the session, since it would else be a round trip of every transaction. And a plan that is kept (`prepared`) may have
// been made while a table was small enough to be read as a whole; nothing that is asked here is ever best answered so.
const SESSION = `
  SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED;
  SET enable_seqscan = off`;

async function equip(client: Client): Promise<void> {
  usePrepared(client);
  giveUpOnSilence(client);
  sendTogether(client);
  await client.query(SESSION);
}

/** Connects once, hands the connection to `work`, and closes it whatever happens. */
export async function withDataSource<T>(url: string, work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  const dataSource = new DataSource(dataSourceOptions({ url, poolSize: 2 }));
  await dataSource.initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
