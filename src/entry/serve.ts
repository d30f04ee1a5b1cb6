import { loadConfig } from '../platform/config/index.js';
import { pendingMigrations } from '../platform/database/migrate.js';
import { createLog } from '../platform/telemetry/logger.js';
import { createApi, listen } from './api-process.js';
import { orFail, StartError } from './fail.js';
import { untilSignal } from './shutdown.js';

/** `lastgood serve`: one replica of the API. Any number of them share a database. */
export async function run(flags: Record<string, unknown>): Promise<void> {
  await orFail(flags, async () => {
    const config = loadConfig({ env: process.env, flags });
    const log = createLog(config.logLevel);
    for (const warning of config.warnings) log.warn(warning);
    await untilSignal({ graceSeconds: config.shutdownGraceSeconds, log }, async (onStop) => {
      await requireSchema(config.databaseUrl, 'serve');
      const app = await createApi(config, log);
      onStop(() => app.close());
      console.log(`listening on ${await listen(app, config)}`);
    });
  });
}

/** Throws where there is no database, or its schema is behind this program. */
export async function requireSchema(databaseUrl: string, command: string): Promise<void> {
  if (databaseUrl === '') {
    throw new StartError(
      `${command} needs DATABASE_URL, the PostgreSQL to use. Without one, \`lastgood up\` brings its own.`,
    );
  }
  const pending = await pendingMigrations(databaseUrl);
  if (pending.length > 0) {
    throw new StartError(
      `the database's schema lacks ${pending.join(', ')}. Run \`lastgood migrate\` once, then start again.`,
    );
  }
}
