import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded/index.js';
import { openRunFolder } from './run-folder.js';
import { share } from './shared-server.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL with the right to create databases. */
    postgresUrl: string;
  }
}

const log = { info: () => {}, warn: console.warn, error: console.error };

/** One PostgreSQL for the whole run: the one of TEST_DATABASE_URL, else our own embedded one in the run's folder. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = await share('run folder', openRunFolder);
  project.provide('runFolder', run.value);
  const given = process.env.TEST_DATABASE_URL;
  if (given) {
    project.provide('postgresUrl', given);
    return run.letGo;
  }
  const server = await share('postgres', async () => {
    const { url, stop } = await startEmbeddedPostgres({ dataDir: join(run.value, 'main'), durable: false, log });
    return { value: url, stop };
  });
  project.provide('postgresUrl', server.value);
  return async () => {
    await server.letGo();
    await run.letGo();
  };
}
