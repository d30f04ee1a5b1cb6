import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { WorkerHealth } from '../../../src/features/health/index.js';
import { JobQueue, OutboxRepository } from '../../../src/platform/queue/index.js';
import { startApi, type TestApi } from '../../support/api.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { query } from '../../support/pg-query.js';
import { registration } from '../../support/registering.js';

describe('a PostgreSQL that is read-only, as a standby is', () => {
  let database: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    database = await createTestDatabase();
    const name = new URL(database.url).pathname.slice(1);
    await query(inject('postgresUrl'), `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    api = await startApi({ databaseUrl: database.url });
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it('is told to whoever writes, and not as one that does not answer', async () => {
    const { body } = await api.as('ana').post('/v1/models/fraud/versions').send(registration(api, 1)).expect(503);
    expect(body).toMatchObject({ code: 'database-unavailable' });
    expect(body.detail).toMatch(/^PostgreSQL is read-only \(a standby, or set so\), so nothing was changed\./);
    await api.as('ana').get('/v1/models').expect(200);
  });

  it('makes a worker not ready, which is told why', async () => {
    const health = new WorkerHealth(api.app.get(JobQueue), api.app.get(OutboxRepository));
    health.turn('running');
    expect(await health.readiness()).toMatchObject({ status: 'not ready', jobs: 'running', database: 'read-only' });
  });
});
