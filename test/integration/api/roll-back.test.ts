import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { until } from '../../support/queue-until.js';
import { promote, registerVersions } from '../../support/registering.js';

describe('rolling back', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  const rollBack = (model: string, body: object) =>
    api.as('ben').post(`/v1/models/${model}/aliases/production/rollback`).send(body);

  it('returns the alias to the version that served before, and rejects the one it leaves', async () => {
    await registerVersions(api, 'fraud', 3);
    for (const version of [1, 2, 3]) await promote(api, 'fraud', version);
    const { body } = await rollBack('fraud', { reason: 'errors', from: 3 }).expect(200);
    expect(body).toMatchObject({ from: 3, to: 2, proven: false, actor: 'ben', reason: 'errors' });
    const { body: alias } = await api.as('ana').get('/v1/models/fraud/aliases/production').expect(200);
    expect(alias).toMatchObject({ version: 2, rejected: [3], rollbackTarget: { version: 1, proven: false } });
    const { body: target } = await api.as('ana').get('/v1/models/fraud/aliases/rollback-target/resolve').expect(200);
    expect(target.record.version).toBe(1);
  });

  it('counts into its clock what it waits for another move that is being committed', async () => {
    await registerVersions(api, 'busy', 2);
    for (const version of [1, 2]) await promote(api, 'busy', version);
    const other = new Client({ connectionString: api.databaseUrl });
    await other.connect();
    try {
      await other.query('BEGIN');
      await other.query('SELECT FROM registry_revision FOR UPDATE');
      const begun = performance.now();
      const rolledBack = rollBack('busy', { reason: 'errors', from: 2 })
        .expect(200)
        .then(({ body }) => body);
      await until('it waits', async () => {
        const sql = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
        return (await other.query(sql)).rowCount === 1 && performance.now() - begun > 500;
      });
      const waitedMs = performance.now() - begun;
      await other.query('COMMIT');
      const { requestedAt, committedAt } = (await rolledBack).timeline;
      expect(Date.parse(committedAt) - Date.parse(requestedAt)).toBeGreaterThan(waitedMs - 400);
    } finally {
      await other.end();
    }
  });

  it('steps back once when many operators roll back from the same version at the same moment', async () => {
    await registerVersions(api, 'churn', 4);
    for (const version of [1, 2, 3, 4]) await promote(api, 'churn', version);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => rollBack('churn', { reason: `operator ${i}`, from: 4 }).expect(200)),
    );
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const { body: history } = await api.as('ana').get('/v1/models/churn/aliases/production/history').expect(200);
    expect(history.items.filter((line: { action: string }) => line.action === 'rollback')).toHaveLength(1);
  });
});
