import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { inject } from 'vitest';
import { apiModule } from '../../src/entry/root-module.js';
import { startJobs } from '../../src/entry/worker.js';
import { loadConfig } from '../../src/platform/config/index.js';
import { createHttpApp } from '../../src/platform/http/create-app.js';
import { createTestDatabase } from './database.js';

/** A whole API in this process, on a database and a data folder of its own, listening on a free port. */
export interface TestApi {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly databaseUrl: string;
  /** Where uploads land; a `file://` URI below it is one that the store serves. */
  readonly dataDir: string;
  /** supertest against it, as the given person. */
  as(actor: string): ReturnType<typeof request.agent>;
  close(): Promise<void>;
}

export interface TestApiOptions {
  /** Settings as the environment gives them. */
  env?: Record<string, string>;
  /** Share the database of another replica instead of cloning one. */
  databaseUrl?: string;
  /** Run the jobs in this process too. */
  jobs?: boolean;
}

/** Starts one replica. Close it at the end of the test file. */
export async function startApi({ env = {}, databaseUrl, jobs = false }: TestApiOptions = {}): Promise<TestApi> {
  const own = databaseUrl === undefined ? await createTestDatabase() : null;
  const url = own?.url ?? databaseUrl ?? '';
  const dataDir = await mkdtemp(join(inject('runFolder'), 'api-'));
  const config = loadConfig({ env: { DATABASE_URL: url, LASTGOOD_DATA: dataDir, ...env } });
  const { bodyLimitBytes, token } = config;
  const app = await createHttpApp(apiModule(config), { bodyLimitBytes, token, logger: false });
  await app.listen(0, '127.0.0.1');
  if (jobs) await startJobs(app);
  const base = await app.getUrl();
  return {
    app,
    url: base,
    databaseUrl: url,
    dataDir,
    as: (actor) => request.agent(base).set('Lastgood-Actor', encodeURIComponent(actor)),
    async close() {
      await app.close();
      await own?.drop();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
