import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { query } from '../../support/pg-query.js';
import { promote, registerVersions } from '../../support/registering.js';
import { TestNode } from '../../support/test-node.js';

const POLL = { timeout: 60_000, interval: 20 };

let api: TestApi;
let other: pg.Client;
beforeAll(async () => {
  api = await startApi({ jobs: true });
  other = new pg.Client({ connectionString: api.databaseUrl });
  await other.connect();
});
afterAll(async () => {
  await other.end();
  await api.close();
});

const waitingFor = async (what: 'relation' | 'advisory'): Promise<number> => {
  const mine = '(SELECT oid FROM pg_database WHERE datname = current_database())';
  const sql = `SELECT 1 FROM pg_locks WHERE locktype = '${what}' AND NOT granted AND database = ${mine}`;
  return (await query(api.databaseUrl, sql)).length;
};

it('a node that is removed while a plan is being made leaves no check behind', async () => {
  await registerVersions(api, 'fraud', 1);
  await promote(api, 'fraud', 1);
  // Whoever plans reads the nodes first, and then waits for this.
  await other.query('BEGIN; LOCK TABLE aliases IN ACCESS EXCLUSIVE MODE');
  await new TestNode(api, 'gone-1').register().expect(200);
  await expect.poll(() => waitingFor('relation'), POLL).toBeGreaterThan(0);
  await query(api.databaseUrl, `UPDATE nodes SET reported_at = reported_at - interval '46 seconds'`);
  let isRemoved = false;
  const removed = api
    .as('ana')
    .delete('/v1/nodes/gone-1')
    .then(({ status }) => {
      isRemoved = true;
      return status;
    });
  await expect.poll(async () => isRemoved || (await waitingFor('advisory')) > 0, POLL).toBe(true);
  await other.query('ROLLBACK');
  expect(await removed).toBe(204);
  // The plan that the removal asks for comes after the one that was being made.
  await new TestNode(api, 'here-1').register().expect(200);
  const checks = async () => {
    const { body } = await api.as('ana').get('/v1/models/fraud/versions/1/checks').expect(200);
    const residency = body.items.filter(({ kind }: { kind: string }) => kind === 'residency');
    return residency.map(({ subject }: { subject: string }) => subject);
  };
  await expect.poll(checks, POLL).toContain('here-1');
  expect(await checks()).toEqual(['here-1']);
});

it('a node that is to go while a plan takes its time stays, and whoever asked is told to try again', async () => {
  await new TestNode(api, 'late-1').register().expect(200);
  await query(api.databaseUrl, `UPDATE nodes SET reported_at = reported_at - interval '46 seconds'`);
  // The lock of whoever plans.
  await other.query('BEGIN; SELECT pg_advisory_xact_lock(7420302)');
  const { body } = await api.as('ana').delete('/v1/nodes/late-1').expect(503);
  await other.query('ROLLBACK');
  expect(body).toMatchObject({
    code: 'planning',
    detail:
      'A plan for the nodes is being made, so late-1 was not deleted: nothing was changed. Try again in a few seconds.',
  });
  await api.as('ana').get('/v1/nodes/late-1').expect(200);
  await api.as('ana').delete('/v1/nodes/late-1').expect(204);
});
