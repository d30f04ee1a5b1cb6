import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepare } from '../../../src/entry/migrate.js';
import { startJobs } from '../../../src/entry/worker.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../../src/platform/database/embedded/index.js';
import type { TestApi } from '../../support/api.js';
import { holdsInMemory, startReplica } from '../../support/load-replicas.js';
import { logBook } from '../../support/pg-query.js';
import { until } from '../../support/queue-until.js';
import { promote, registerVersions, registration } from '../../support/registering.js';
import { testFolder } from '../../support/run-folder.js';
import { openWatch } from '../../support/sse.js';

describe('a PostgreSQL that is stopped and started again', () => {
  let folder: string;
  let postgres: EmbeddedPostgres;
  let first: number;
  const replicas: TestApi[] = [];
  const start = () => startEmbeddedPostgres({ dataDir: join(folder, 'private'), durable: false, log: logBook() });
  beforeAll(async () => {
    folder = await testFolder('outage');
    postgres = await start();
    await prepare(postgres.url);
    for (let n = 0; n < 2; n += 1) {
      replicas.push(await startReplica({ DATABASE_URL: postgres.url, LASTGOOD_DATA: folder }));
    }
    await startJobs(replica(0).app);
    await registerVersions(replica(0), 'fraud', 3);
    ({ revision: first } = await promote(replica(0), 'fraud', 1));
  });
  afterAll(async () => {
    await Promise.all(replicas.map((one) => one.close()));
    await postgres.stop();
  });

  const replica = (n: number): TestApi => {
    const one = replicas[n];
    if (!one) throw new Error(`no replica ${n}`);
    return one;
  };
  const move = (api: TestApi, version: number) =>
    api.as('ana').put('/v1/models/fraud/aliases/production').send({ version, reason: 'move' });

  it('costs no answer, fails writes at once, and is used again by itself, for jobs too', async () => {
    // The other replica hears of the first move in its own time; a watch that is open by then would be told of it too.
    for (const api of replicas) await holdsInMemory(api, first);
    const watches = await Promise.all(replicas.map(({ url }) => openWatch(url, { query: { alias: 'production' } })));
    await Promise.all(watches.map((watch) => watch.ready()));
    await postgres.stop();
    for (const api of replicas) {
      const { body } = await api.as('server').get('/v1/models/fraud/aliases/production/resolve').expect(200);
      expect(body.version).toBe(1);
      const refused = await move(api, 2).expect(503);
      expect(refused.body.code).toBe('database-unavailable');
      await api.as('prometheus').get('/metrics').expect(200);
    }
    postgres = await start();
    await until('a move works', async () => (await move(replica(1), 2)).status === 200);
    const { body: alias } = await replica(0).as('ana').get('/v1/models/fraud/aliases/production').expect(200);
    for (const watch of watches) {
      await watch.reaches(alias.revision);
      expect(watch.changes().map(({ change }) => change.to)).toEqual([2]);
      watch.close();
    }
    const version = registration(replica(1), 'after');
    const { body } = await replica(1).as('ana').post('/v1/models/fraud/versions').send(version).expect(201);
    await until('its check ran', async () => {
      const checks = await replica(1).as('ana').get(`/v1/models/fraud/versions/${body.version}/checks`).expect(200);
      return checks.body.items.length === 1;
    });
  });
});
