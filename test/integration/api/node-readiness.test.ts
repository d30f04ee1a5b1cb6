import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { query } from '../../support/pg-query.js';
import { promote, registration } from '../../support/registering.js';
import { scrape } from '../../support/scrape.js';
import { item, TestNode } from '../../support/test-node.js';
import { itemOf, POLL } from './readiness-walk.js';

describe('what nodes hold', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ jobs: true });
  });
  afterAll(() => api.close());

  /** A model with v1 and then v2 live, for the nodes of a zone of its name. */
  async function served(zone: string): Promise<void> {
    for (const version of [1, 2]) {
      const record = registration(api, `${zone}-${version}`, { serving: { pool: { zone } } });
      await api.as('pipeline').post(`/v1/models/${zone}/versions`).send(record).expect(201);
      await promote(api, zone, version);
    }
  }
  const nodeIn = async (zone: string, name: string) => {
    const node = new TestNode(api, name, { labels: { zone } });
    await node.register().expect(200);
    return node;
  };
  const saidLast = (name: string, ago: string) =>
    query(api.databaseUrl, `UPDATE nodes SET reported_at = reported_at - interval '${ago}' WHERE name = '${name}'`);
  const residencyOf = async (model: string) =>
    (await api.as('ana').get(`/v1/models/${model}/residency`).expect(200)).body;
  const checksOf = async (model: string, version: number) => {
    const { body } = await api.as('ana').get(`/v1/models/${model}/versions/${version}/checks`).expect(200);
    return body.items
      .filter(({ kind }: { kind: string }) => kind === 'residency')
      .map(({ subject, state }: { subject: string; state: string }) => `${subject} ${state}`);
  };

  it('is no part of readiness where no node is registered', async () => {
    await served('none');
    expect(await itemOf(api, 'none', 'nodes')).toBeUndefined();
  });

  it('makes the target ready once it lies on every node, and is shown version by version', async () => {
    await served('holds');
    const [one, two] = [await nodeIn('holds', 'holds-1'), await nodeIn('holds', 'holds-2')];
    const both = [item('holds', 2, 'resident'), item('holds', 1, 'resident')];
    await one.report(...both).expect(200);
    await two.report(item('holds', 2, 'resident'), item('holds', 1, 'downloading')).expect(200);
    expect(await itemOf(api, 'holds', 'nodes')).toMatchObject({
      state: 'fail',
      text: 'v1 lies on 1 of 2 nodes of its pool: 1 lacks it',
      subjects: [{ subject: 'holds-2', found: 'missing', evidence: { said: 'downloading, 50 % there' } }],
    });
    expect(await residencyOf('holds')).toMatchObject({
      versions: [
        { version: 2, role: 'live', wanted: 2, resident: 2, failed: 0, silent: 0 },
        { version: 1, role: 'target', wanted: 2, resident: 1, failed: 0, silent: 0 },
      ],
      items: [
        { node: 'holds-1', version: 2, state: 'resident' },
        { node: 'holds-2', version: 2, state: 'resident' },
        { node: 'holds-1', version: 1, state: 'resident' },
        { node: 'holds-2', version: 1, state: 'downloading', weights: { bytesDone: 5, bytesTotal: 10 } },
      ],
    });
    await one.report(...both).expect(200);
    await two.report(...both).expect(200);
    expect(await itemOf(api, 'holds', 'nodes')).toMatchObject({ state: 'pass', expected: 2 });
    await expect.poll(() => checksOf('holds', 1), POLL).toEqual(['holds-1 present', 'holds-2 present']);
  });

  it('is nothing once a node has gone silent: readiness says so, and so do the checks', async () => {
    await served('silent');
    const node = await nodeIn('silent', 'silent-1');
    const both = [item('silent', 2, 'resident'), item('silent', 1, 'resident')];
    await node.report(...both).expect(200);
    await expect.poll(() => checksOf('silent', 1), POLL).toEqual(['silent-1 present']);
    await saidLast('silent-1', '46 seconds');
    expect(await itemOf(api, 'silent', 'nodes')).toMatchObject({
      state: 'unknown',
      text: 'v1 lies on 0 of 1 nodes of its pool: 1 is silent',
      subjects: [{ subject: 'silent-1', found: 'unreachable' }],
    });
    const { versions, items } = await residencyOf('silent');
    expect(versions[1]).toMatchObject({ wanted: 1, resident: 0, silent: 1 });
    expect(items[1]).toMatchObject({
      state: 'pending',
      weights: { reason: expect.stringContaining('reported nothing') },
    });
    await expect.poll(() => checksOf('silent', 1), POLL).toEqual(['silent-1 unreachable']);

    await node.report(...both).expect(200);
    expect(await itemOf(api, 'silent', 'nodes')).toMatchObject({ state: 'pass' });
    await expect.poll(() => checksOf('silent', 1), POLL).toEqual(['silent-1 present']);
  });

  it('passes the turn of a silent node on, and leaves it the list that it had', async () => {
    await served('passes');
    const [one, two] = [await nodeIn('passes', 'passes-1'), await nodeIn('passes', 'passes-2')];
    const goes = async (node: TestNode) => (await node.assignments()).assignments.map(({ go }) => go);
    await expect.poll(() => goes(one), POLL).toEqual([true, false]);
    await expect.poll(() => goes(two), POLL).toEqual([false, false]);
    await saidLast('passes-1', '46 seconds');
    await expect.poll(() => goes(two), POLL).toEqual([true, false]);
    expect(await goes(one)).toEqual([true, false]);
  });

  it('is forgotten with a node that has been gone for good', async () => {
    await served('forgets');
    const [gone, here] = [await nodeIn('forgets', 'forgets-1'), await nodeIn('forgets', 'forgets-2')];
    await gone.report(item('forgets', 1, 'resident')).expect(200);
    await expect.poll(() => checksOf('forgets', 1), POLL).toEqual(['forgets-1 present', 'forgets-2 missing']);
    await saidLast('forgets-1', '2 days');
    await here.register({ labels: { zone: 'forgets', new: 'yes' } }).expect(200);
    await expect.poll(async () => (await gone.ask()).status, POLL).toBe(404);
    expect((await residencyOf('forgets')).versions[0]).toMatchObject({ wanted: 1 });
    await expect.poll(() => checksOf('forgets', 1), POLL).toEqual(['forgets-2 missing']);
    await saidLast('forgets-2', '46 seconds');
    await api.as('ana').delete('/v1/nodes/forgets-2').expect(204);
    expect(await checksOf('forgets', 1)).toEqual([]);
  });

  it('is counted for Prometheus', async () => {
    await served('counts');
    const node = await nodeIn('counts', 'counts-1');
    await node.report(item('counts', 1, 'resident'), item('counts', 2, 'verifying')).expect(200);
    const text = await scrape(api, 'lastgood_nodes');
    expect(text).toMatch(/^lastgood_nodes\{state="reporting"\} [1-9]/m);
    expect(text).toMatch(/^lastgood_nodes\{state="silent"\} \d/m);
    expect(text).toMatch(/^lastgood_residency\{state="verifying"\} 1$/m);
    expect(text).toMatch(/^lastgood_residency\{state="failed"\} 0$/m);
  });
});
