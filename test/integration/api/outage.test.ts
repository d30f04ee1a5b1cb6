import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TestApi } from '../../support/api.js';
import { startCutProxy, type CutProxy } from '../../support/cut-proxy.js';
import { holdsInMemory, startReplicas, type Replicas } from '../../support/load-replicas.js';
import { until } from '../../support/queue-until.js';
import { promote, registerVersions, registration } from '../../support/registering.js';
import { openWatch } from '../../support/sse.js';

// One replica reaches the database over a line that is cut or falls silent; the other goes on making changes.
describe.each(['cut', 'hang'] as const)('while the line to PostgreSQL is gone (%s)', (way) => {
  let line: CutProxy;
  let replicas: Replicas;
  let near: TestApi;
  let far: TestApi;
  beforeAll(async () => {
    replicas = await startReplicas(1);
    line = await startCutProxy(replicas.databaseUrl);
    await replicas.add(1, { databaseUrl: line.url });
    [near, far] = replicas.all as [TestApi, TestApi];
    await registerVersions(near, 'fraud', 5);
  });
  afterEach(() => line.restore());
  afterAll(async () => {
    await replicas.close();
    await line.close();
  });

  const path = (alias: string) => `/v1/models/fraud/aliases/${alias}`;
  const breakLine = () => (way === 'cut' ? line.cut() : line.hang());
  const resolve = async (api: TestApi, alias: string, query = '') =>
    api.as('server').get(`${path(alias)}/resolve${query}`);
  const age = async () => Number((await resolve(far, 'steady')).headers['age']);
  const steady = async () => {
    const { revision } = await promote(near, 'fraud', 1, 'steady');
    await holdsInMemory(far, revision);
    return revision;
  };

  it('every alias is resolved from memory, and says how old that is', async () => {
    const revision = await steady();
    await breakLine();
    await until('the age shows', async () => (await age()) >= 2);
    for (let n = 0; n < 100; n += 1) {
      const { status, body } = await resolve(far, 'steady');
      expect([status, body.revision]).toEqual([200, revision]);
    }
    const { body } = await far.as('probe').get('/readyz').expect(200);
    expect(body).toMatchObject({ status: 'ready', revision });
    await until('it says that the database is away', async () => {
      const ready = await far.as('probe').get('/readyz').expect(200);
      return ready.body.database === 'unreachable';
    });
    const { status, body: waited } = await resolve(far, 'steady', `?revision=${revision}&wait=1s`);
    expect([status, waited.revision]).toEqual([200, revision]);
  });

  it('every write fails with 503, says why, and changes nothing', async () => {
    const revision = await steady();
    await promote(near, 'fraud', 2, 'steady');
    await breakLine();
    const as = () => far.as('ana');
    const writes = [
      as().put(path('steady')).send({ version: 3, reason: 'try' }),
      as().put(path('fresh')).send({ version: 3, reason: 'try' }),
      as()
        .post(`${path('steady')}/rollback`)
        .send({ reason: 'try' }),
      as()
        .post(`${path('steady')}/clear`)
        .send({ version: 1, reason: 'try' }),
      as().delete(`${path('steady')}?reason=try`),
      as().post('/v1/models/fraud/versions').send(registration(far, 'try')),
      as().post('/v1/models').send({ model: 'new' }),
      as().get(`${path('steady')}/history`),
      as().get(`${path('steady')}/resolve?consistency=strong`),
    ];
    for (const { status, body } of await Promise.all(writes)) {
      expect([status, body.code]).toEqual([503, 'database-unavailable']);
    }
    await line.restore();
    const { body: alias } = await near.as('ana').get(path('steady')).expect(200);
    expect(alias).toMatchObject({ version: 2, revision: expect.any(Number) });
    expect(alias.revision).toBeGreaterThan(revision);
    await near.as('ana').get('/v1/models/new').expect(404);
  });

  it('an alias that memory lacks is not said to be absent', async () => {
    await breakLine();
    const { status, body } = await resolve(far, 'unheard-of');
    expect([status, body.code]).toEqual([503, 'database-unavailable']);
    expect(body.detail).toMatch(/^Memory, \d+ s old, holds no alias unheard-of of fraud/);
  });

  it('watches stay open, new ones begin, and all are told everything once the line is back', async () => {
    await steady();
    const before = await openWatch(far.url, { query: { model: 'fraud' } });
    await before.ready();
    await breakLine();
    await until('the age shows', async () => (await age()) >= 1);
    const during = await openWatch(far.url, { query: { model: 'fraud' } });
    await during.ready();
    const missed = [];
    for (const version of [2, 3, 4]) missed.push((await promote(near, 'fraud', version, 'watched')).revision);
    await line.restore();
    for (const watch of [before, during]) {
      await watch.reaches(missed.at(-1) ?? 0);
      expect(watch.changes().filter(({ change }) => change.alias === 'watched')).toHaveLength(3);
      expect(watch.isOver()).toBe(false);
      watch.close();
    }
  });

  it('writes work again once the line is back, without a restart', async () => {
    await steady();
    await breakLine();
    await far.as('ana').put(path('steady')).send({ version: 5, reason: 'try' }).expect(503);
    await line.restore();
    await until('a write works', async () => {
      const { status } = await far.as('ana').put(path('steady')).send({ version: 5, reason: 'again' });
      return status === 200;
    });
    expect((await resolve(far, 'steady')).body.version).toBe(5);
    await until('the age is gone', async () => (await age()) === 0);
  });
});
