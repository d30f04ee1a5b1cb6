import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { query } from '../../support/pg-query.js';
import { item, part, TestNode } from '../../support/test-node.js';
import { registerVersions } from '../../support/registering.js';

describe('a node', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
    await registerVersions(api, 'fraud', 2);
  });
  afterAll(() => api.close());

  const goSilent = (name: string) =>
    query(api.databaseUrl, `UPDATE nodes SET reported_at = reported_at - interval '46 seconds' WHERE name = '${name}'`);

  it('is registered by its agent, and shown as its agent describes it', async () => {
    const node = new TestNode(api, 'gpu-1', { labels: { zone: 'b', 'gpu.product': 'L40S' } });
    const { body } = await node.register().expect(200);
    const shown = { node: 'gpu-1', agent: node.agent, reporting: true, labels: { zone: 'b', 'gpu.product': 'L40S' } };
    expect(body).toMatchObject(shown);
    const { body: found } = await api.as('ana').get('/v1/nodes/gpu-1').expect(200);
    expect(found).toMatchObject({ ...shown, residency: [], assignments: [], revision: 0, followedRevision: null });
  });

  it('keeps the time of its registration when it renews its lease', async () => {
    const node = new TestNode(api, 'gpu-2');
    const { body: first } = await node.register().expect(200);
    const { body: again } = await node.register({ labels: { zone: 'c' } }).expect(200);
    expect(again).toMatchObject({ registeredAt: first.registeredAt, labels: { zone: 'c' } });
    expect(Date.parse(again.reportedAt)).toBeGreaterThan(Date.parse(first.reportedAt));
  });

  it('belongs to one agent: another one of the same name is refused until the first has gone silent', async () => {
    const [first, second] = [new TestNode(api, 'gpu-3'), new TestNode(api, 'gpu-3')];
    await first.register().expect(200);
    await first.report(item('fraud', 1, 'resident')).expect(200, { accepted: 1 });
    const { body } = await second.register().expect(409);
    expect(body).toMatchObject({ code: 'node-taken', current: { node: 'gpu-3', agent: first.agent } });
    expect(body.detail).toMatch(/start this one with another --name/);
    expect((await second.report().expect(409)).body.code).toBe('node-taken');

    await goSilent('gpu-3');
    expect((await second.report().expect(409)).body.detail).toContain('Take the name over first');
    await second.register().expect(200);
    const { body: taken } = await api.as('ana').get('/v1/nodes/gpu-3').expect(200);
    expect(taken).toMatchObject({ agent: second.agent, residency: [] });
    expect((await first.register().expect(409)).body.current.agent).toBe(second.agent);
    expect((await first.report().expect(409)).body.code).toBe('node-taken');
  });

  it('goes to one of many agents that want its name at the same moment', async () => {
    const agents = Array.from({ length: 8 }, () => new TestNode(api, 'gpu-raced'));
    const answers = await Promise.all(agents.map((agent) => agent.register()));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, ...Array<number>(7).fill(409)]);
  });

  it('holds what its agent said last, all of it and nothing else', async () => {
    const node = new TestNode(api, 'gpu-4');
    expect((await node.report().expect(404)).body.code).toBe('node-not-found');
    await node.register().expect(200);
    const downloading = { ...part('downloading'), bytesPerSecond: 12.6, etaSeconds: 0.4 };
    const two = { model: 'fraud', version: 'v2', weights: downloading, image: part('resident') };
    await node.report(item('fraud', 1, 'resident'), two).expect(200, { accepted: 2 });
    const residency = async () => (await api.as('ana').get('/v1/nodes/gpu-4').expect(200)).body.residency;
    expect(await residency()).toMatchObject([
      { node: 'gpu-4', model: 'fraud', version: 1, state: 'resident', image: null },
      { version: 2, state: 'downloading', weights: { bytesDone: 5, bytesPerSecond: 13, etaSeconds: 0 } },
    ]);
    await node.report(item('fraud', 2, 'failed'), item('fraud', 9, 'resident'), item('nobody', 1, 'resident'));
    expect(await residency()).toMatchObject([{ version: 2, state: 'failed' }]);
  });

  it('holds nothing once it has gone silent, and is back with its next word', async () => {
    const node = new TestNode(api, 'gpu-5');
    await node.register().expect(200);
    await node.report(item('fraud', 1, 'resident')).expect(200);
    await goSilent('gpu-5');
    const shown = async () => (await api.as('ana').get('/v1/nodes/gpu-5').expect(200)).body;
    expect(await shown()).toMatchObject({ reporting: false, residency: [] });
    await node.report(item('fraud', 1, 'resident')).expect(200);
    expect(await shown()).toMatchObject({ reporting: true, residency: [{ version: 1, state: 'resident' }] });
  });

  it('is deleted only when it reports no more', async () => {
    const node = new TestNode(api, 'gpu-6');
    await node.register().expect(200);
    await node.report(item('fraud', 1, 'resident')).expect(200);
    const remove = () => api.as('ana').delete('/v1/nodes/gpu-6');
    expect((await remove().expect(409)).body.code).toBe('node-reporting');
    await goSilent('gpu-6');
    const seen = async () => (await api.as('ana').get('/v1/nodes/gpu-6').expect(200)).body.reportedAt;
    const before = await seen();
    await node.register().expect(200);
    await goSilent('gpu-6');
    const { body: changed } = await remove().query({ reportedAt: before }).expect(409);
    expect(changed).toMatchObject({ code: 'node-changed', current: { node: 'gpu-6', reportedAt: await seen() } });
    expect(changed.detail).toContain('gpu-6 has reported since you looked');
    expect((await remove().query({ reportedAt: 'lately' }).expect(400)).body.errors[0].field).toBe('reportedAt');
    const kept = await remove().query({ reportedAt: await seen() });
    expect(kept.status).toBe(204);
    await node.register().expect(200);
    await goSilent('gpu-6');
    await remove().expect(204);
    expect((await remove().expect(404)).body.code).toBe('node-not-found');
    await node.ask().expect(404);
  });

  it('is found in the list by its labels, page by page', async () => {
    for (const name of ['list-1', 'list-2', 'list-3'])
      await new TestNode(api, name, { labels: { of: 'list' } }).register();
    const { body: one } = await api.as('ana').get('/v1/nodes?label=of=list&pageSize=2').expect(200);
    expect(one.items.map(({ node }: { node: string }) => node)).toEqual(['list-1', 'list-2']);
    const { body: two } = await api.as('ana').get(`/v1/nodes?label=of=list&pageToken=${one.nextPageToken}`).expect(200);
    expect(two).toMatchObject({ items: [{ node: 'list-3' }], nextPageToken: null });
    const { body: none } = await api.as('ana').get('/v1/nodes?label=of=list&label=zone=x').expect(200);
    expect(none.items).toEqual([]);
    await api.as('ana').get('/v1/nodes?label=zone').expect(400);
  });

  it.each([
    ['agent', { agent: 'short' }],
    ['agentVersion', { agentVersion: 1 }],
    ['labels', { labels: { zone: 1 } }],
    ['gpus[0].count', { gpus: [{ product: 'L40S', count: -1, memoryBytes: 1 }] }],
    ['disk', { disk: { budgetBytes: 1, usedBytes: 0 } }],
    ['disk', { disk: { budgetBytes: 1, usedBytes: 0, freeBytes: 0.5 } }],
    ['token', { token: 'x' }],
  ])('is refused by the name of the field where %s cannot be used', async (field, wrong) => {
    const node = new TestNode(api, 'gpu-7');
    const { body } = await api
      .as('agent')
      .put('/v1/nodes/gpu-7')
      .send({ ...node.body(), ...wrong })
      .expect(400);
    expect(body.errors.map((error: { field: string }) => error.field)).toEqual([field]);
  });

  it.each([
    ['items[0].weights', { weights: { ...part('resident'), state: 'there' } }],
    ['items[0].weights', { weights: { state: 'resident' } }],
    ['items[0].image', { image: { ...part('resident'), bytesDone: -1 } }],
    ['items[0].image', { image: { ...part('resident'), more: 1 } }],
    ['items[0].version', { version: 'latest' }],
  ])('cannot hold a version whose %s cannot be read', async (field, wrong) => {
    const node = new TestNode(api, 'gpu-8', { agent: 'agent-of-gpu-8' });
    await node.register().expect(200);
    const { body } = await node.report({ ...item('fraud', 1, 'resident'), ...wrong }).expect(400);
    expect(body.errors.map((error: { field: string }) => error.field)).toEqual([field]);
  });

  it('cannot have a name that an address cannot carry', async () => {
    const node = new TestNode(api, '-gpu');
    expect((await node.register().expect(400)).body.errors[0].field).toBe('node');
  });
});
