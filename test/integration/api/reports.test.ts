import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RollbackView } from '../../../src/contract/views.js';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions } from '../../support/registering.js';
import { Refusals } from './refusals.js';
import { RegistryRows } from './registry-rows.js';

const DIGEST = `sha256:${'5'.repeat(64)}`;

describe('a report of a serving controller', () => {
  let api: TestApi;
  let other: TestApi;
  let rows: RegistryRows;
  beforeAll(async () => {
    api = await startApi();
    other = await startApi({ databaseUrl: api.databaseUrl });
    rows = await RegistryRows.of(api.databaseUrl);
  });
  afterAll(async () => {
    await rows.close();
    await other.close();
    await api.close();
  });

  const at = (model: string, rest = '') => `/v1/models/${model}/aliases/production${rest}`;
  const report = (model: string, controller: string, version: number, revision: number, ready = 2, through = api) =>
    through
      .as(controller)
      .put(at(model, `/reports/${controller}`))
      .send({ version, revision, configDigest: DIGEST, readyReplicas: ready, replicas: 2 });
  const clock = async (model: string, { id }: RollbackView) => {
    const { body } = await api
      .as('ana')
      .get(at(model, `/rollbacks/${id}`))
      .expect(200);
    return (body as RollbackView).timeline;
  };
  const closed = async (model: string, rollback: RollbackView) => {
    const { firstSwitchedAt, allSwitchedAt, healthyAt } = await clock(model, rollback);
    return [firstSwitchedAt, allSwitchedAt, healthyAt].map((time) => time !== null);
  };
  const rolledBack = async (model: string, controllers: string[]) => {
    await registerVersions(api, model, 3);
    for (const version of [1, 2]) await promote(api, model, version);
    const { revision } = await promote(api, model, 3);
    for (const controller of controllers) await report(model, controller, 3, revision).expect(200);
    const { body } = await api.as('ben').post(at(model, '/rollback')).send({ from: 3, reason: 'errors' }).expect(200);
    return body as RollbackView;
  };

  it('is shown as it was sent, and the newest of each controller only', async () => {
    await registerVersions(api, 'shown', 2);
    const { revision } = await promote(api, 'shown', 1);
    const { body } = await report('shown', 'gpu-1:a_b.c', 1, revision, 1).expect(200);
    expect(body).toMatchObject({
      controller: 'gpu-1:a_b.c',
      version: 1,
      revision,
      configDigest: DIGEST,
      readyReplicas: 1,
      replicas: 2,
    });
    await report('shown', 'another', 1, revision).expect(200);
    const { body: newest } = await report('shown', 'gpu-1:a_b.c', 1, revision, 2).expect(200);
    const { body: list } = await api.as('ana').get(at('shown', '/reports')).expect(200);
    expect(list.items.map(({ controller }: { controller: string }) => controller)).toEqual(['another', 'gpu-1:a_b.c']);
    expect(list.items[1]).toEqual(newest);
  });

  it('closes the clock of a rollback step by step: first switched, all switched, healthy', async () => {
    const rollback = await rolledBack('steps', ['one', 'two']);
    expect(await closed('steps', rollback)).toEqual([false, false, false]);
    await report('steps', 'one', 3, rollback.revision - 2).expect(200);
    expect(await closed('steps', rollback)).toEqual([false, false, false]);
    await report('steps', 'one', 2, rollback.revision, 0).expect(200);
    expect(await closed('steps', rollback)).toEqual([true, false, false]);
    await report('steps', 'two', 2, rollback.revision).expect(200);
    expect(await closed('steps', rollback)).toEqual([true, true, false]);
    await report('steps', 'one', 2, rollback.revision, 1).expect(200);
    expect(await closed('steps', rollback)).toEqual([true, true, false]);
    await report('steps', 'one', 2, rollback.revision, 2).expect(200);
    expect(await closed('steps', rollback)).toEqual([true, true, true]);
  });

  it('never moves a time that stands, and leaves the times in their order', async () => {
    const rollback = await rolledBack('stands', ['one', 'two']);
    await report('stands', 'one', 2, rollback.revision).expect(200);
    const early = await clock('stands', rollback);
    await report('stands', 'two', 2, rollback.revision).expect(200);
    await report('stands', 'two', 2, rollback.revision, 0).expect(200);
    await report('stands', 'one', 3, rollback.revision).expect(200);
    const late = await clock('stands', rollback);
    expect(late.firstSwitchedAt).toBe(early.firstSwitchedAt);
    const { requestedAt, committedAt, firstSwitchedAt, allSwitchedAt, healthyAt } = late;
    const times = [requestedAt, committedAt, firstSwitchedAt, allSwitchedAt, healthyAt].map(String);
    expect(times).toEqual(times.toSorted());
  });

  it('of the old revision with the right version does not count: that is what was served before', async () => {
    const rollback = await rolledBack('old', []);
    await report('old', 'one', 2, rollback.revision - 1).expect(200);
    expect(await closed('old', rollback)).toEqual([false, false, false]);
    await report('old', 'one', 2, rollback.revision + 5).expect(200);
    expect(await closed('old', rollback)).toEqual([true, true, true]);
  });

  it('is not waited for from a controller that has gone silent', async () => {
    const rollback = await rolledBack('silent', ['alive', 'dead']);
    await report('silent', 'alive', 2, rollback.revision).expect(200);
    expect(await closed('silent', rollback)).toEqual([true, false, false]);
    await rows.query(
      `UPDATE serving_reports SET reported_at = reported_at - interval '61 seconds' WHERE controller = 'dead'`,
    );
    await report('silent', 'alive', 2, rollback.revision).expect(200);
    expect(await closed('silent', rollback)).toEqual([true, true, true]);
  });

  it('closes the clock also when all controllers report at the same moment', async () => {
    const controllers = Array.from({ length: 12 }, (_, index) => `c${index}`);
    const rollback = await rolledBack('crowd', controllers);
    await Promise.all(
      controllers.map((c, i) => report('crowd', c, 2, rollback.revision, 2, i % 2 ? api : other).expect(200)),
    );
    expect(await closed('crowd', rollback)).toEqual([true, true, true]);
  });

  it('closes the clock of the newest rollback only', async () => {
    const first = await rolledBack('newest', ['one']);
    const { body: second } = await api
      .as('ben')
      .post(at('newest', '/rollback'))
      .send({ from: 2, reason: 'worse' })
      .expect(200);
    await report('newest', 'one', 1, second.revision).expect(200);
    expect(await closed('newest', second as RollbackView)).toEqual([true, true, true]);
    expect(await closed('newest', first)).toEqual([false, false, false]);
  });

  it('of another alias closes nothing', async () => {
    const rollback = await rolledBack('elsewhere', []);
    await promote(api, 'elsewhere', 2, 'staging');
    const body = { version: 2, revision: rollback.revision, configDigest: DIGEST, readyReplicas: 2, replicas: 2 };
    await api.as('one').put('/v1/models/elsewhere/aliases/staging/reports/one').send(body).expect(200);
    expect(await closed('elsewhere', rollback)).toEqual([false, false, false]);
  });

  it.each([
    ['controller', '-x', {}],
    ['controller', 'ä', {}],
    ['controller', 'x'.repeat(129), {}],
    ['version', 0, { version: 0 }],
    ['revision', -1, { revision: -1 }],
    ['configDigest', 'x', { configDigest: 'x' }],
    ['readyReplicas', 1.5, { readyReplicas: 1.5 }],
    ['replicas', 2 ** 31, { replicas: 2 ** 31 }],
    ['healthy', true, { healthy: true }],
  ])('is refused for its %s %j', async (field, value, wrong) => {
    const refusals = await Refusals.of(api);
    const right = { version: 1, revision: 1, configDigest: DIGEST, readyReplicas: 1, replicas: 1 };
    const name = field === 'controller' ? encodeURIComponent(String(value)) : 'one';
    const faults = await refusals.faults({
      send: (agent) => agent.put(at('shown', `/reports/${name}`)).send({ ...right, ...wrong }),
      code: 'invalid-request',
      field,
      value,
      says: /must be|is not a field/,
    });
    expect(faults).toEqual([]);
    await refusals.close();
  });

  it('is refused for an alias or a version that is not there, and still taken for an alias that was taken away', async () => {
    await report('shown', 'one', 7, 1).expect(404);
    const body = { version: 1, revision: 1, configDigest: DIGEST, readyReplicas: 1, replicas: 1 };
    const { body: problem } = await api
      .as('one')
      .put('/v1/models/shown/aliases/nowhere/reports/one')
      .send(body)
      .expect(404);
    expect(problem.code).toBe('alias-not-found');
    await api.as('ana').delete(at('shown')).query({ reason: 'gone' }).expect(204);
    await report('shown', 'one', 1, 1).expect(200);
  });
});
