import { apiModule } from '../../src/entry/root-module.js';
import type { ResolutionOptions } from '../../src/features/resolution/index.js';
import { loadConfig } from '../../src/platform/config/index.js';
import { createHttpApp } from '../../src/platform/http/create-app.js';
import request from 'supertest';
import type { TestApi } from './api.js';
import { createTestDatabase } from './database.js';
import { until } from './queue-until.js';
import { testFolder } from './run-folder.js';

export interface ReplicaOptions {
  /** Another way to the database, such as a line that can be cut. */
  databaseUrl?: string;
  limits?: NonNullable<ResolutionOptions['limits']>;
  env?: Record<string, string>;
}

/** Replicas of the API over one database that only they use. */
export interface Replicas {
  readonly databaseUrl: string;
  readonly all: TestApi[];
  /** Starts more of them on the same database, each with options of its own. */
  add(count: number, options?: ReplicaOptions): Promise<void>;
  close(): Promise<void>;
}

/** Starts so many replicas in this process. They share one data folder, as replicas share a store. */
export async function startReplicas(count: number, options: ReplicaOptions = {}): Promise<Replicas> {
  const database = await createTestDatabase();
  const dataDir = await testFolder('replicas');
  const all: TestApi[] = [];
  const add = async (more: number, { databaseUrl, limits = {}, env = {} }: ReplicaOptions = {}): Promise<void> => {
    const base = { DATABASE_URL: databaseUrl ?? database.url, LASTGOOD_DATA: dataDir, ...env };
    for (let n = 0; n < more; n += 1) all.push(await startReplica(base, limits));
  };
  await add(count, options);
  return {
    databaseUrl: database.url,
    all,
    add,
    async close() {
      await Promise.all(all.map((replica) => replica.close()));
      await database.drop();
    },
  };
}

/**
 * Waits until a replica holds this revision in its memory. That it resolves an alias shows nothing of the kind: what memory
 * lacks is read from the database.
 */
export async function holdsInMemory(replica: TestApi, revision: number): Promise<void> {
  await until(`a replica holds revision ${revision}`, async () => {
    const { body } = await replica.as('probe').get('/readyz');
    return body.revision >= revision;
  });
}

/** Starts one replica with the settings that the environment gives it. */
export async function startReplica(
  env: Record<string, string>,
  limits: NonNullable<ResolutionOptions['limits']> = {},
): Promise<TestApi> {
  const config = loadConfig({ env });
  const { bodyLimitBytes, token, databaseUrl, dataDir } = config;
  const app = await createHttpApp(apiModule(config, limits), { bodyLimitBytes, token, logger: false });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    app,
    url,
    databaseUrl,
    dataDir,
    as: (actor) => request.agent(url).set('Lastgood-Actor', encodeURIComponent(actor)),
    close: () => app.close(),
  };
}
