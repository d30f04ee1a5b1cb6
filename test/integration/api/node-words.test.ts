import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResidencyPartView } from '../../../src/contract/node-views.js';
import { startApi, type TestApi } from '../../support/api.js';
import { query } from '../../support/pg-query.js';
import { promote, registration } from '../../support/registering.js';
import { scrape } from '../../support/scrape.js';
import { part, TestNode } from '../../support/test-node.js';
import { itemOf, POLL } from './readiness-walk.js';

const IMAGE = `registry.test/serving@sha256:${'5'.repeat(64)}`;

/** What counts of what an agent says, and for how long. */
describe('the word of an agent', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ jobs: true, env: { LASTGOOD_PULLS_PER_POOL: '1' } });
  });
  afterAll(() => api.close());

  async function registered(zone: string, count: number): Promise<void> {
    for (let seed = 1; seed <= count; seed += 1) {
      const record = registration(api, `${zone}-${seed}`, { image: IMAGE, serving: { pool: { zone } } });
      await api.as('pipeline').post(`/v1/models/${zone}/versions`).send(record).expect(201);
    }
  }
  const nodeIn = async (zone: string, name: string) => {
    const node = new TestNode(api, name, { labels: { zone } });
    await node.register().expect(200);
    return node;
  };
  const says = (model: string, version: number, image: ResidencyPartView['state'] | null) => {
    return { model, version, weights: part('resident'), image: image && part(image) };
  };
  /** What the metrics count while only the nodes of this zone report. */
  const counted = async (zone: string) => {
    const others = `UPDATE nodes SET reported_at = reported_at - interval '46 seconds' WHERE name NOT LIKE '${zone}-%'`;
    await query(api.databaseUrl, others);
    const text = await scrape(api, 'lastgood_residency');
    const of = (state: string) =>
      Number(new RegExp(`^lastgood_residency\\{state="${state}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
    return { pending: of('pending'), resident: of('resident') };
  };
  const saidAgo = (name: string, ago: string) =>
    query(api.databaseUrl, `UPDATE nodes SET resided_at = resided_at - interval '${ago}' WHERE name = '${name}'`);

  it('on weights that lie there by chance makes no version resident whose image nobody has looked at', async () => {
    await registered('chance', 3);
    const [one, two] = [await nodeIn('chance', 'chance-1'), await nodeIn('chance', 'chance-2')];
    for (const version of [1, 2]) await promote(api, 'chance', version);
    const had = [says('chance', 1, 'resident'), says('chance', 2, 'resident')];
    for (const node of [one, two]) {
      await expect.poll(async () => (await node.list()).length, POLL).toBe(2);
      await node.report(...had, says('chance', 3, null)).expect(200);
    }
    await promote(api, 'chance', 3);
    await expect.poll(() => one.list(), POLL).toEqual(expect.arrayContaining(['chance v3 live go']));
    expect(await two.list()).toEqual(expect.arrayContaining(['chance v3 live']));
    const { body } = await api.as('ana').get('/v1/models/chance/residency').expect(200);
    const third = body.items.filter(({ version }: { version: number }) => version === 3);
    const unseen = { state: 'pending', weights: { state: 'resident' }, image: { state: 'pending' } };
    expect(third).toMatchObject([unseen, unseen]);
    expect(third[0].image.reason).toBe('its image was not looked at yet');

    // The first pulls, and the second has its turn once that is done.
    await one.report(...had, says('chance', 3, 'downloading')).expect(200);
    await two.report(...had, says('chance', 3, 'pending')).expect(200);
    expect(await two.list()).toEqual(expect.arrayContaining(['chance v3 live']));
    await one.report(...had, says('chance', 3, 'resident')).expect(200);
    await expect.poll(() => two.list(), POLL).toEqual(expect.arrayContaining(['chance v3 live go']));
  });

  it('counts for the weights alone where it leaves images to others, once it follows a list with the version', async () => {
    await registered('others', 1);
    const node = await nodeIn('others', 'others-1');
    await expect.poll(async () => (await node.assignments()).revision, POLL).toBeGreaterThan(0);
    await node.report(says('others', 1, null)).expect(200);
    await promote(api, 'others', 1);
    await expect.poll(() => node.list(), POLL).toEqual(['others v1 live go']);
    const shown = async () => (await api.as('ana').get('/v1/models/others/residency').expect(200)).body.versions[0];
    expect(await shown()).toMatchObject({ wanted: 1, resident: 0 });
    expect(await counted('others')).toEqual({ pending: 1, resident: 0 });
    await node.report(says('others', 1, null)).expect(200);
    expect(await shown()).toMatchObject({ wanted: 1, resident: 1 });
    expect(await counted('others')).toEqual({ pending: 0, resident: 1 });
  });

  it('counts for the weights alone where it never says which list it follows, as agents of others may', async () => {
    await registered('foreign', 1);
    const node = await nodeIn('foreign', 'foreign-1');
    await promote(api, 'foreign', 1);
    const shown = async () => (await api.as('ana').get('/v1/models/foreign/residency').expect(200)).body.versions[0];
    await node.report(says('foreign', 1, null)).expect(200);
    expect(await shown()).toMatchObject({ wanted: 1, resident: 1 });
    expect(await counted('foreign')).toEqual({ pending: 0, resident: 1 });
    // One that says that it follows none yet has not looked at anything.
    const unseen = { agent: node.agent, revision: 0, items: [says('foreign', 1, null)] };
    await api.as('agent').put('/v1/nodes/foreign-1/residency').send(unseen).expect(200);
    expect(await shown()).toMatchObject({ wanted: 1, resident: 0 });
    expect(await counted('foreign')).toEqual({ pending: 1, resident: 0 });
  });

  it('is as old as the report that it came with, whatever renews the lease', async () => {
    await registered('old', 2);
    const node = await nodeIn('old', 'old-1');
    for (const version of [1, 2]) await promote(api, 'old', version);
    await expect.poll(async () => (await node.list()).length, POLL).toBe(2);
    await node.report(says('old', 1, 'resident'), says('old', 2, 'resident')).expect(200);
    expect(await itemOf(api, 'old', 'nodes')).toMatchObject({ state: 'pass' });
    await saidAgo('old-1', '46 seconds');
    await node.register().expect(200);
    expect(await itemOf(api, 'old', 'nodes')).toMatchObject({
      state: 'unknown',
      text: 'v1 lies on 0 of 1 nodes of its pool: 1 has not said lately what it holds',
      subjects: [{ subject: 'old-1', found: 'stale' }],
    });
  });

  it('that it fetches keeps no turn that others wait for, where no other word comes', async () => {
    await registered('mute', 1);
    const [one, two] = [await nodeIn('mute', 'mute-1'), await nodeIn('mute', 'mute-2')];
    await promote(api, 'mute', 1);
    await expect.poll(() => one.list(), POLL).toEqual(['mute v1 live go']);
    await one.report({ ...says('mute', 1, 'pending'), weights: part('downloading') }).expect(200);
    await saidAgo('mute-1', '61 seconds');
    // As if what was granted had been granted then.
    const granted = `jsonb_set(slots, '{0,grantedAt}', to_jsonb((slots -> 0 ->> 'grantedAt')::bigint - 61000))`;
    await query(api.databaseUrl, `UPDATE node_plans SET slots = ${granted} WHERE node = 'mute-1'`);
    await two.report().expect(200);
    await two.register({ labels: { zone: 'mute', look: 'again' } }).expect(200);
    const ended = async () => {
      const rows = await query(
        api.databaseUrl,
        `SELECT slots -> 0 -> 'ended' AS ended FROM node_plans WHERE node = 'mute-1'`,
      );
      return (rows as { ended: object | null }[])[0]?.ended;
    };
    await expect.poll(ended, POLL).toMatchObject({ in: expect.any(Number) });
    expect(await one.list()).toEqual(['mute v1 live']);
  });
});
