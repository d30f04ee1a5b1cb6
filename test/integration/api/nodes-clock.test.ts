import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { query } from '../../support/pg-query.js';
import { promote, registration } from '../../support/registering.js';
import { item, TestNode } from '../../support/test-node.js';
import { POLL } from './readiness-walk.js';

describe('nodes, where the clock of the database is set back by five hours', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ jobs: true });
  });
  afterAll(() => api.close());

  // For what is on record, that is the same as if all of it had been written five hours later.
  async function setBack(): Promise<void> {
    await query(api.databaseUrl, `UPDATE nodes SET reported_at = reported_at + interval '5 hours'`);
    await query(api.databaseUrl, `UPDATE node_planning SET asked_at = asked_at + interval '5 hours'`);
  }
  const minutesAhead = async (sql: string): Promise<number> => {
    const minutes = `extract(epoch FROM (${sql}) - clock_timestamp())::float8 / 60 AS minutes`;
    const [row] = (await query(api.databaseUrl, `SELECT ${minutes}`)) as { minutes: number }[];
    return row?.minutes ?? Number.NaN;
  };

  it('still have leases that end, and plans by the clock', async () => {
    const record = registration(api, 'jumps-1', { serving: { pool: { zone: 'jumps' } } });
    await api.as('pipeline').post('/v1/models/jumps/versions').send(record).expect(201);
    await promote(api, 'jumps', 1);
    const node = new TestNode(api, 'jumps-1', { labels: { zone: 'jumps' } });
    await node.register().expect(200);
    await node.report(item('jumps', 1, 'resident')).expect(200);
    await setBack();
    await expect.poll(() => minutesAhead('SELECT max(reported_at) FROM nodes'), POLL).toBeLessThan(1);
    await expect.poll(() => minutesAhead('SELECT max(asked_at) FROM node_planning'), POLL).toBeLessThan(1);
    // Whoever reports is not touched by it, and who does not is silent after a lease as always.
    await node.report(item('jumps', 1, 'resident')).expect(200);
    expect((await api.as('ana').get('/v1/nodes/jumps-1').expect(200)).body).toMatchObject({ reporting: true });
    await query(api.databaseUrl, `UPDATE nodes SET reported_at = reported_at - interval '46 seconds'`);
    expect((await api.as('ana').get('/v1/nodes/jumps-1').expect(200)).body).toMatchObject({ reporting: false });
  });
});
