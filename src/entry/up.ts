import { loadConfig, type Config } from '../platform/config/index.js';
import { startEmbeddedPostgres } from '../platform/database/embedded/index.js';
import { createLog } from '../platform/telemetry/logger.js';
import { startApi } from './api-process.js';
import { orFail } from './fail.js';
import { prepare } from './migrate.js';
import { stopOnSignal } from './shutdown.js';
import { startJobs } from './worker.js';

/** `lastgood up`: API and worker in one process, on a PostgreSQL of its own unless DATABASE_URL names one. */
export async function run(flags: Record<string, unknown>): Promise<void> {
  await orFail(async () => {
    const given = loadConfig({ env: process.env, flags });
    const log = createLog(given.logLevel);
    for (const warning of given.warnings) log.warn(warning);
    const { config, stop: stopDatabase } = await withDatabase(given, log);
    try {
      for (const name of await prepare(config.databaseUrl)) log.info(`migrated: ${name}`);
      const app = await startApi(config, log);
      await startJobs(app);
      const stop = async () => {
        try {
          await app.close();
        } finally {
          await stopDatabase();
        }
      };
      stopOnSignal(stop, config.shutdownGraceSeconds, log);
    } catch (error) {
      await stopDatabase();
      throw error;
    }
  }, process.env['DATABASE_URL']);
}

async function withDatabase(
  config: Config,
  log: ReturnType<typeof createLog>,
): Promise<{ config: Config; stop: () => Promise<void> }> {
  if (config.databaseUrl !== '') return { config, stop: async () => {} };
  const onExit = (reason: string) => {
    log.fatal(`the embedded PostgreSQL ended (${reason}); nothing is lost, start again`);
    process.exit(1);
  };
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log, onExit });
  return { config: { ...config, databaseUrl: postgres.url }, stop: () => postgres.stop() };
}
