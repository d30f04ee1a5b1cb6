import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { until } from '../../support/queue-until.js';
import { promote, registerVersions, registration } from '../../support/registering.js';
import { item, TestNode } from '../../support/test-node.js';

const POLL = { timeout: 60_000, interval: 50 };

describe('what must lie on a node', () => {
  let api: TestApi;
  let other: TestApi;
  beforeAll(async () => {
    api = await startApi({ jobs: true, env: { LASTGOOD_PULLS_PER_POOL: '1' } });
    // Two workers, so that whatever is planned is planned by either.
    other = await startApi({ databaseUrl: api.databaseUrl, jobs: true, env: { LASTGOOD_PULLS_PER_POOL: '1' } });
  });
  afterAll(async () => {
    await other.close();
    await api.close();
  });

  /** Registers versions that are for the nodes of one zone; each is of 11 bytes. */
  async function versionsFor(zone: string, count: number): Promise<void> {
    for (let seed = 1; seed <= count; seed += 1) {
      const record = registration(api, `${zone}-${seed}`, { serving: { pool: { zone } } });
      await api.as('pipeline').post(`/v1/models/${zone}/versions`).send(record).expect(201);
    }
  }
  const nodeIn = async (zone: string, name: string, budgetBytes?: number) => {
    const node = new TestNode(api, name, { labels: { zone }, ...(budgetBytes !== undefined && { budgetBytes }) });
    await node.register().expect(200);
    return node;
  };

  it('is what serves and what a rollback returns to, with all that is needed to fetch it', async () => {
    await versionsFor('whole', 3);
    const node = await nodeIn('whole', 'whole-1');
    for (const version of [1, 2, 3]) await promote(api, 'whole', version);
    await expect.poll(() => node.list(), POLL).toEqual(['whole v3 live go', 'whole v2 target']);
    const { node: name, revision, assignments } = await node.assignments();
    expect({ name, revision }).toEqual({ name: 'whole-1', revision: expect.any(Number) });
    const { body: record } = await api.as('ana').get('/v1/models/whole/versions/2').expect(200);
    expect(assignments[1]).toEqual({
      model: 'whole',
      version: 2,
      role: 'target',
      artifacts: record.artifacts,
      image: null,
      go: false,
      waitsFor: 'waits for v3 of whole, which comes first',
      warm: true,
    });
    await node.report(item('whole', 3, 'resident'));
    await expect.poll(() => node.list(), POLL).toEqual(['whole v3 live go', 'whole v2 target go']);
  });

  it('is another after a move, which wakes whoever waits for it on another replica', async () => {
    await versionsFor('wakes', 2);
    const node = await nodeIn('wakes', 'wakes-1');
    await promote(api, 'wakes', 1);
    await expect.poll(() => node.list(), POLL).toEqual(['wakes v1 live go']);
    const { revision } = await node.assignments();
    const asked = node.assignments(`?revision=${revision}&wait=60s`, other);
    await promote(api, 'wakes', 2);
    const woken = await asked;
    expect(woken.revision).toBeGreaterThan(revision);
    expect(woken.assignments.map(({ version }) => version)).toEqual([2, 1]);
  });

  it('answers 304 to whoever has it, at once or when the wait is over, and in full to whoever has something else', async () => {
    await versionsFor('asks', 1);
    const node = await nodeIn('asks', 'asks-1');
    await promote(api, 'asks', 1);
    await expect.poll(() => node.list(), POLL).toHaveLength(1);
    const { revision } = await node.assignments();
    await node.ask(`?revision=${revision}`).expect(304);
    await node.ask(`?revision=${revision}&wait=1s`).expect(304);
    await node.ask(`?revision=${revision + 1000}&wait=60s`).expect(200);
    await node.ask('?revision=x').expect(400);
    await node.ask('?wait=soon').expect(400);
  });

  it('lets everybody go who waits when the replica stops', async () => {
    const node = await nodeIn('stops', 'stops-1');
    await expect.poll(async () => (await node.assignments()).revision, POLL).toBeGreaterThan(0);
    const { revision } = await node.assignments();
    const second = await startApi({ databaseUrl: api.databaseUrl });
    const asked = node.ask(`?revision=${revision}&wait=300s`, second).then(({ status }) => status);
    await until('one waits', async () => {
      const { text } = await second.as('prometheus').get('/metrics');
      return /^lastgood_node_waiters 1$/m.test(text);
    });
    await second.close();
    expect(await asked).toBe(304);
  });

  it('is fetched by as many nodes of a pool at a time as the limit says, and by the next once one is done', async () => {
    await versionsFor('turns', 1);
    const nodes = [
      await nodeIn('turns', 'turns-1'),
      await nodeIn('turns', 'turns-2'),
      await nodeIn('turns', 'turns-3'),
    ];
    await promote(api, 'turns', 1);
    const going = async () => {
      const lists = await Promise.all(nodes.map((node) => node.assignments()));
      return lists.filter(({ assignments }) => assignments[0]?.go).map(({ node }) => node);
    };
    await expect.poll(going, POLL).toEqual(['turns-1']);
    const [first, second, third] = nodes;
    // It fetches although it is not its turn, so the other one, which has not begun, loses its own.
    await third?.report(item('turns', 1, 'downloading'));
    await expect.poll(going, POLL).toEqual(['turns-3']);
    await first?.report(item('turns', 1, 'pending'));
    await third?.report(item('turns', 1, 'resident'));
    await expect.poll(going, POLL).toEqual(['turns-1', 'turns-3']);
    await first?.report(item('turns', 1, 'failed'));
    await expect.poll(going, POLL).toEqual(['turns-3']);
    expect((await second?.assignments())?.assignments[0]?.waitsFor).toBe(
      'waits for its turn: one node of its pool may fetch at a time',
    );
    expect((await first?.assignments())?.assignments[0]?.waitsFor).toMatch(
      /^waits until \d{4}-\S+Z, since nothing came of its last turn$/,
    );
    // Only now is it known that it tries no more by the list that it had.
    await first?.report(item('turns', 1, 'failed'));
    await expect.poll(going, POLL).toEqual(['turns-2', 'turns-3']);
  });

  it('leaves out what does not fit, and says so where people look', async () => {
    await versionsFor('tight', 2);
    const node = await nodeIn('tight', 'tight-1', 15);
    for (const version of [1, 2]) await promote(api, 'tight', version);
    await expect.poll(() => node.list(), POLL).toEqual(['tight v2 live go']);
    const text = 'needs 11 B, node has 4 B free after evicting what may go';
    const { body } = await api.as('ana').get('/v1/nodes/tight-1').expect(200);
    expect(body.assignments).toMatchObject([{ version: 2 }, { version: 1, go: false, waitsFor: text }]);
    const { body: residency } = await api.as('ana').get('/v1/models/tight/residency').expect(200);
    expect(residency.items[1]).toMatchObject({
      version: 1,
      state: 'pending',
      weights: { bytesTotal: 11, reason: text },
    });
    const { body: checks } = await api.as('ana').get('/v1/models/tight/versions/1/checks').expect(200);
    const check = checks.items.find(({ kind }: { kind: string }) => kind === 'residency');
    expect(check).toMatchObject({
      subject: 'tight-1',
      state: 'unsupported',
      evidence: { said: `does not fit: ${text}` },
    });
    await node.register({ budgetBytes: 22 }).expect(200);
    await expect.poll(() => node.list(), POLL).toEqual(['tight v2 live go', 'tight v1 target']);
  });

  it('is known of a node that joins later, and of one whose labels bring it in', async () => {
    await versionsFor('later', 1);
    await promote(api, 'later', 1);
    const late = await nodeIn('later', 'later-1');
    await expect.poll(() => late.list(), POLL).toEqual(['later v1 live go']);
    const moved = await nodeIn('elsewhere', 'later-2');
    await expect.poll(async () => (await moved.assignments()).revision, POLL).toBeGreaterThan(0);
    expect(await moved.list()).toEqual([]);
    await moved.register({ labels: { zone: 'later' } }).expect(200);
    await expect.poll(() => moved.list(), POLL).toEqual(['later v1 live']);
  });

  it('is every node that reports where a version names no pool', async () => {
    await registerVersions(api, 'everywhere', 1);
    const node = await nodeIn('anywhere', 'anywhere-1');
    await promote(api, 'everywhere', 1);
    await expect.poll(() => node.list(), POLL).toEqual(['everywhere v1 live go']);
  });

  it('keeps its revision as long as nothing changes', async () => {
    const node = await nodeIn('still', 'still-1');
    await expect.poll(async () => (await node.assignments()).revision, POLL).toBeGreaterThan(0);
    const { revision } = await node.assignments();
    await node.register().expect(200);
    await node.report(item('whole', 1, 'resident')).expect(200);
    const seen = await nodeIn('still', 'still-2');
    await expect.poll(async () => (await seen.assignments()).revision, POLL).toBeGreaterThan(revision);
    expect((await node.assignments()).revision).toBe(revision);
  });
});
