import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { loadConfig, type Config } from '../platform/config/index.js';
import { startEmbeddedPostgres } from '../platform/database/embedded/index.js';
import { createLog } from '../platform/telemetry/logger.js';
import { createApi, listen } from './api-process.js';
import { orFail } from './fail.js';
import { leave } from './leave.js';
import { prepare } from './migrate.js';
import { untilSignal } from './shutdown.js';
import { startJobs } from './worker.js';

/** `lastgood up`: API and worker in one process, on a PostgreSQL of its own unless DATABASE_URL names one. */
export async function run(flags: Record<string, unknown>): Promise<void> {
  await orFail(flags, async () => {
    const given = loadConfig({ env: process.env, flags });
    const log = createLog(given.logLevel);
    for (const warning of given.warnings) log.warn(warning);
    await untilSignal({ graceSeconds: given.shutdownGraceSeconds, log }, async (onStop) => {
      const config = await withDatabase(given, log, onStop);
      for (const name of await prepare(config.databaseUrl)) log.info(`migrated: ${name}`);
      const app = await createApi(config, log);
      onStop(() => app.close());
      await startJobs(app);
      const url = await listen(app, config);
      const tokenFile = await leaveToken(config);
      // In one piece, so that nothing comes between; scripts wait for the first line.
      console.log([`listening on ${url}`, ...introduction(url, given, tokenFile)].join('\n'));
    });
  });
}

async function withDatabase(config: Config, log: Logger, onStop: (step: () => Promise<void>) => void): Promise<Config> {
  if (config.databaseUrl !== '') return config;
  const onExit = (reason: string) => {
    log.fatal(`the embedded PostgreSQL ended (${reason}); nothing is lost, start again`);
    void leave(1);
  };
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log, onExit });
  onStop(() => postgres.stop());
  return { ...config, databaseUrl: postgres.url };
}

/** Where requests need a token, leaves it in the data folder for programs of this user. Returns the file's path. */
async function leaveToken({ token, dataDir }: Config): Promise<string | null> {
  const file = join(dataDir, 'admin.token');
  await rm(file, { force: true });
  if (token === '') return null;
  await mkdir(dataDir, { recursive: true });
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  return file;
}

/** What somebody who has just typed `lastgood up` wants to know, a line each. */
function introduction(url: string, config: Config, tokenFile: string | null): string[] {
  const database = config.databaseUrl === '' ? `PostgreSQL in ${config.dataDir}` : 'PostgreSQL of DATABASE_URL';
  const uploads = config.store === 's3' ? `bucket ${config.s3.bucket}` : join(config.dataDir, 'artifacts');
  const jobs = config.redisUrl === '' ? 'PostgreSQL' : 'Redis';
  const lines: [string, string][] = [
    ['API', `${url}/docs`],
    ['data', `${database}; uploads in ${uploads}; jobs on ${jobs}`],
    ...(tokenFile === null ? [] : ([['token', `needed; it is in ${tokenFile}`]] as [string, string][])),
    ...(config.port === 7420 ? [] : ([['commands', `export LASTGOOD_URL=${url}`]] as [string, string][])),
    ['try', 'lastgood --help'],
    ['stop', `Ctrl-C, or kill ${process.pid}`],
  ];
  return lines.map(([name, text]) => `  ${name.padEnd(10)}${text}`);
}
