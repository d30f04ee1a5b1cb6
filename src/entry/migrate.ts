import { loadConfig } from '../platform/config/index.js';
import { migrateToLatest, undoLastMigration } from '../platform/database/migrate.js';
import { prepareQueue } from '../platform/queue/index.js';
import { orFail, StartError } from './fail.js';

/** `lastgood migrate`: brings the schema up to date, or with `--undo` takes back the newest migration. */
export async function run(flags: Record<string, unknown>): Promise<void> {
  await orFail(flags, async () => {
    const { databaseUrl } = loadConfig({ env: process.env, flags });
    if (databaseUrl === '') throw new StartError('migrate needs DATABASE_URL, the PostgreSQL to prepare.');
    if (flags['undo'] === true) {
      const undone = await undoLastMigration(databaseUrl);
      console.log(undone === null ? 'no migration to take back' : `took back ${undone}`);
      return;
    }
    const ran = await prepare(databaseUrl);
    console.log(ran.length === 0 ? 'the schema is up to date' : ran.map((name) => `migrated: ${name}`).join('\n'));
  });
}

/** Everything that a database needs before Lastgood runs on it. Returns the names of the migrations it ran. */
export async function prepare(databaseUrl: string): Promise<string[]> {
  const ran = await migrateToLatest(databaseUrl);
  await prepareQueue(databaseUrl);
  return ran;
}
