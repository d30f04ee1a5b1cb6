import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AliasChangeView, RollbackView } from '../../../src/contract/views.js';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions } from '../../support/registering.js';

describe('rolling back twice', () => {
  let one: TestApi;
  let other: TestApi;
  beforeAll(async () => {
    one = await startApi();
    other = await startApi({ databaseUrl: one.databaseUrl });
  });
  afterAll(async () => {
    await other.close();
    await one.close();
  });

  const at = (model: string, rest = '') => `/v1/models/${model}/aliases/production${rest}`;
  const rollBack = (model: string, body: object, through = one, actor = 'ben') =>
    through
      .as(actor)
      .post(at(model, '/rollback'))
      .send({ reason: 'errors', ...body });
  const live = async (model: string) => (await one.as('ana').get(at(model)).expect(200)).body;
  const actions = async (model: string) => {
    const { body } = await one.as('ana').get(at(model, '/history')).expect(200);
    return (body.items as AliasChangeView[]).map(({ action, from, to }) => [action, from, to]);
  };
  const serving = async (model: string, versions: number) => {
    await registerVersions(one, model, versions);
    for (let version = 1; version <= versions; version += 1) await promote(one, model, version);
  };

  it('from the same version is once, and the second operator gets the record of the first', async () => {
    await serving('later', 3);
    const { body: first } = await rollBack('later', { from: 3 }).expect(200);
    const { body: second } = await rollBack('later', { from: 'v3', reason: 'me too' }, other, 'eve').expect(200);
    expect(second).toEqual(first);
    expect(second).toMatchObject({ actor: 'ben', reason: 'errors' });
    expect((await rollBack('later', { from: 3, to: 2 }).expect(200)).body).toEqual(first);
    expect((await live('later')).version).toBe(2);
    expect((await one.as('ana').get(at('later', '/rollbacks')).expect(200)).body.items).toEqual([first]);
  });

  it('from the same version, but to another one, is refused the second time', async () => {
    await serving('elsewhere', 3);
    await rollBack('elsewhere', { from: 3 }).expect(200);
    expect((await rollBack('elsewhere', { from: 3, to: 1 }).expect(409)).body.code).toBe('from-not-live');
    expect((await live('elsewhere')).version).toBe(2);
  });

  it('from the same version is refused once the alias has moved on for another reason', async () => {
    await serving('moved', 4);
    await rollBack('moved', { from: 4 }).expect(200);
    await promote(one, 'moved', 1);
    const { body } = await rollBack('moved', { from: 4 }).expect(409);
    expect(body).toMatchObject({ code: 'from-not-live', detail: expect.stringContaining('points at v1, not at v4') });
    expect((await live('moved')).version).toBe(1);
  });

  it('still gets the record after somebody has cleared the version: the alias has not moved', async () => {
    await serving('cleared', 2);
    const { body: first } = await rollBack('cleared', { from: 2 }).expect(200);
    await one.as('ana').post(at('cleared', '/clear')).send({ version: 2, reason: 'a false alarm' }).expect(200);
    expect((await rollBack('cleared', { from: 2 }).expect(200)).body).toEqual(first);
  });

  it('without naming a version steps back twice: that is what naming it is for', async () => {
    await serving('unnamed', 3);
    expect((await rollBack('unnamed', {}).expect(200)).body).toMatchObject({ from: 3, to: 2 });
    expect((await rollBack('unnamed', {}).expect(200)).body).toMatchObject({ from: 2, to: 1 });
    await rollBack('unnamed', {}).expect(409);
    expect(await live('unnamed')).toMatchObject({ version: 1, rejected: [2, 3], rollbackTarget: null });
  });

  it('at the same moment through two replicas steps back once', async () => {
    await serving('crowd', 5);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        rollBack('crowd', { from: 5 }, i % 2 ? one : other, `operator ${i}`).expect(200),
      ),
    );
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await live('crowd')).toMatchObject({
      version: 4,
      rejected: [5],
      rollbackTarget: { version: 3, proven: false },
    });
  });

  it('in a race with a promotion ends in one of the two orders, and never in between', async () => {
    for (let round = 0; round < 5; round += 1) {
      const model = `race-${round}`;
      await serving(model, 2);
      await one
        .as('ana')
        .post(`/v1/models/${model}/versions`)
        .send({ artifacts: [], image: `x@sha256:${'5'.repeat(64)}` })
        .expect(201);
      const body = { version: 3, reason: 'next' };
      const [rolled, moved] = await Promise.all([
        rollBack(model, { from: 2 }, other),
        one.as('ana').put(at(model)).send(body),
      ]);
      expect(moved.status).toBe(200);
      const last = (await actions(model)).slice(0, 2);
      const rollbackFirst = [
        ['promote', 1, 3],
        ['rollback', 2, 1],
      ];
      const promotionFirst = [
        ['promote', 2, 3],
        ['promote', 1, 2],
      ];
      expect(last).toEqual(rolled.status === 200 ? rollbackFirst : promotionFirst);
      expect([200, 409]).toContain(rolled.status);
      expect(await live(model)).toMatchObject({ version: 3, rejected: rolled.status === 200 ? [2] : [] });
    }
  });

  it('leaves a record with a clock whose first two times are known at once', async () => {
    await serving('clock', 2);
    const { body } = await rollBack('clock', { from: 2, reason: 'p95 doubled' }).expect(200);
    const record = body as RollbackView;
    expect(record).toMatchObject({
      model: 'clock',
      alias: 'production',
      from: 2,
      to: 1,
      proven: false,
      reason: 'p95 doubled',
    });
    expect(record.id).toBe(record.revision);
    const { requestedAt, committedAt, ...later } = record.timeline;
    expect(requestedAt <= committedAt).toBe(true);
    expect(later).toEqual({ firstSwitchedAt: null, allSwitchedAt: null, healthyAt: null });
    expect(
      (
        await one
          .as('ana')
          .get(at('clock', `/rollbacks/${record.id}`))
          .expect(200)
      ).body,
    ).toEqual(record);
    expect((await live('clock')).revision).toBe(record.revision);
  });
});
