import { MigrationExecutor, type DataSource } from 'typeorm';
import { withDataSource } from './data-source.js';

// Any constant that nothing else on the database uses: replicas that start together take turns here.
const MIGRATION_LOCK = 7_420_001;

/** The names of the migrations that the database still lacks, oldest first. Changes nothing. */
export function pendingMigrations(url: string): Promise<string[]> {
  return withDataSource(url, async (dataSource) => {
    const known = await dataSource.query(`SELECT to_regclass('lastgood_migrations') AS found`);
    if (known[0].found === null) return dataSource.migrations.map((m) => m.constructor.name);
    const rows: { name: string }[] = await dataSource.query('SELECT name FROM lastgood_migrations');
    const done = new Set(rows.map((row) => row.name));
    return dataSource.migrations.map((m) => m.constructor.name).filter((name) => !done.has(name));
  });
}

/** Brings the schema up to date, each migration in its own transaction. Returns the names of those it ran. */
export function migrateToLatest(url: string): Promise<string[]> {
  return underLock(url, async (dataSource) => {
    const ran = await dataSource.runMigrations({ transaction: 'each' });
    return ran.map((migration) => migration.name);
  });
}

/** Takes back the newest migration. Returns its name, or null where none had run. */
export function undoLastMigration(url: string): Promise<string | null> {
  return underLock(url, async (dataSource) => {
    const newest = (await new MigrationExecutor(dataSource).getExecutedMigrations())[0];
    if (!newest) return null;
    await dataSource.undoLastMigration({ transaction: 'each' });
    return newest.name;
  });
}

function underLock<T>(url: string, work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  return withDataSource(url, async (dataSource) => {
    const holder = dataSource.createQueryRunner();
    await holder.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    try {
      return await work(dataSource);
    } finally {
      await holder.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      await holder.release();
    }
  });
}
