import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { until } from '../../support/queue-until.js';
import { promote, registerVersions } from '../../support/registering.js';
import { openWatch } from '../../support/sse.js';

describe('watching', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
    for (const model of ['fraud', 'churn']) await registerVersions(api, model, 5);
  });
  afterAll(() => api.close());

  const watchers = async (): Promise<number> => {
    const { text } = await api.as('prometheus').get('/metrics').expect(200);
    return Number(/^lastgood_watchers (\d+)$/m.exec(text)?.[1]);
  };

  it('begins with what is, says that this is all, and goes on with every change in order', async () => {
    await promote(api, 'fraud', 1, 'first');
    const before = await promote(api, 'fraud', 2, 'first');
    const watch = await openWatch(api.url, { query: { model: 'fraud', alias: 'first' } });
    await watch.ready();
    expect(watch.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(watch.events).toMatchObject([
      { event: 'snapshot', id: `${before.revision}`, data: { resolution: { version: 2, revision: before.revision } } },
      { event: 'ready' },
    ]);
    const moves: number[] = [];
    for (const version of [3, 1, 4]) moves.push((await promote(api, 'fraud', version, 'first')).revision);
    await watch.reaches(moves[2] ?? 0);
    expect(watch.revisions()).toEqual(moves);
    expect(watch.changes().map(({ change, resolution }) => [change.from, change.to, resolution?.version])).toEqual([
      [2, 3, 3],
      [3, 1, 1],
      [1, 4, 4],
    ]);
    expect(watch.changes()[0]).toMatchObject({
      change: { model: 'fraud', alias: 'first', action: 'promote', reason: 'ship v3', actor: 'ana' },
      resolution: { record: { version: 3, serving: { seed: 3 } }, keepWarm: [{ version: 2 }] },
    });
    watch.close();
  });

  it('tells what was missed, once, to whoever resumes by the last id', async () => {
    await promote(api, 'fraud', 1, 'resumed');
    const first = await openWatch(api.url, { query: { model: 'fraud', alias: 'resumed' } });
    const seen = await promote(api, 'fraud', 2, 'resumed');
    await first.reaches(seen.revision);
    first.close();
    const missed = [await promote(api, 'fraud', 3, 'resumed'), await promote(api, 'fraud', 4, 'resumed')];
    const second = await openWatch(api.url, { query: { model: 'fraud', alias: 'resumed' }, lastId: seen.revision });
    await second.ready();
    const later = await promote(api, 'fraud', 5, 'resumed');
    await second.reaches(later.revision);
    expect(second.events.map(({ event }) => event)).toEqual(['change', 'change', 'ready', 'change']);
    expect(second.revisions()).toEqual([...missed, later].map(({ revision }) => revision));
    second.close();
  });

  it('gives whoever resumes at the newest revision only the word that this is all', async () => {
    const { revision } = await promote(api, 'fraud', 1, 'newest');
    const watch = await openWatch(api.url, { lastId: revision });
    await watch.ready();
    expect(watch.events).toEqual([{ event: 'ready', id: `${revision}`, data: { revision } }]);
    watch.close();
  });

  it('begins anew for whoever names a revision that this registry never reached, as after a restored backup', async () => {
    const { revision } = await promote(api, 'fraud', 1, 'elsewhere');
    const query = { model: 'fraud', alias: 'elsewhere' };
    const watch = await openWatch(api.url, { query, lastId: revision + 1000 });
    await watch.ready();
    expect(watch.events).toMatchObject([{ event: 'snapshot', id: `${revision}` }, { event: 'ready' }]);
    const moved = await promote(api, 'fraud', 2, 'elsewhere');
    await watch.reaches(moved.revision);
    watch.close();
  });

  it('tells only of the model, or of the alias, that was asked for', async () => {
    const byModel = await openWatch(api.url, { query: { model: 'churn' } });
    const byAlias = await openWatch(api.url, { query: { alias: 'filtered' } });
    const all = await openWatch(api.url);
    await Promise.all([byModel, byAlias, all].map((watch) => watch.ready()));
    const other = await promote(api, 'fraud', 1, 'other');
    const wanted = await promote(api, 'fraud', 1, 'filtered');
    const both = await promote(api, 'churn', 1, 'filtered');
    await Promise.all([byModel, byAlias, all].map((watch) => watch.reaches(both.revision)));
    expect(byModel.revisions()).toEqual([both.revision]);
    expect(byAlias.revisions()).toEqual([wanted.revision, both.revision]);
    expect(all.revisions()).toEqual([other.revision, wanted.revision, both.revision]);
    for (const watch of [byModel, byAlias, all]) watch.close();
  });

  it('tells of rollbacks, of the rollback target that follows, and of deletions', async () => {
    await promote(api, 'churn', 1);
    await promote(api, 'churn', 2);
    const watch = await openWatch(api.url, { query: { model: 'churn' } });
    await watch.ready();
    await api.as('ben').post('/v1/models/churn/aliases/production/rollback').send({ reason: 'errors' }).expect(200);
    await api.as('ben').delete('/v1/models/churn/aliases/production?reason=retired').expect(204);
    await until('the deletion came', () => watch.changes().some(({ change }) => change.action === 'delete'));
    const told = watch.changes().map(({ change, resolution }) => {
      const { alias, action, from, to } = change;
      return [alias, action, from, to, resolution?.version ?? null];
    });
    expect(told).toEqual([
      ['rollback-target', 'retarget', 1, null, null],
      ['production', 'rollback', 2, 1, 1],
      ['production', 'delete', 1, null, null],
    ]);
    watch.close();
  });

  it('shows a new watcher nothing of a deleted alias', async () => {
    await promote(api, 'churn', 3, 'gone');
    await api.as('ben').delete('/v1/models/churn/aliases/gone?reason=retired').expect(204);
    const watch = await openWatch(api.url, { query: { model: 'churn', alias: 'gone' } });
    await watch.ready();
    expect(watch.events.map(({ event }) => event)).toEqual(['ready']);
    watch.close();
  });

  it('tells all of 200 watchers every move, once', async () => {
    const query = { model: 'fraud', alias: 'popular' };
    const all = await Promise.all(Array.from({ length: 200 }, () => openWatch(api.url, { query })));
    await Promise.all(all.map((watch) => watch.ready()));
    const moves: number[] = [];
    for (const version of [1, 2, 3, 4, 5]) moves.push((await promote(api, 'fraud', version, 'popular')).revision);
    await Promise.all(all.map((watch) => watch.reaches(moves.at(-1) ?? 0)));
    for (const watch of all) expect(watch.revisions()).toEqual(moves);
    for (const watch of all) watch.close();
    await until('all are forgotten', async () => (await watchers()) === 0);
  });

  it.each([
    ['?model=Fraud', {}, 'model'],
    ['?model=', {}, 'model'],
    ['?model=fraud&model=churn', {}, 'model'],
    ['?alias=1st', {}, 'alias'],
    ['', { 'Last-Event-ID': 'yesterday' }, 'Last-Event-ID'],
    ['', { 'Last-Event-ID': '-1' }, 'Last-Event-ID'],
    ['', { 'Last-Event-ID': '12345678901234567890' }, 'Last-Event-ID'],
  ])('refuses %s with %o, naming %s', async (query, headers, field) => {
    const { body } = await api.as('server').get(`/v1/watch${query}`).set(headers).expect(400);
    expect(body).toMatchObject({ code: 'invalid-request', errors: [{ field }] });
  });

  it('has no answer to HEAD, which would never end', async () => {
    await api.as('server').head('/v1/watch').expect(404);
  });
});
