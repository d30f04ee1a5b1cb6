import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions } from '../../support/registering.js';

interface Line {
  revision: number;
  action: string;
  from: number | null;
  to: number | null;
  at: string;
}

describe("an alias's history", () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
    await registerVersions(api, 'fraud', 4);
  });
  afterAll(() => api.close());

  const at = (alias: string, rest = '') => `/v1/models/fraud/aliases/${alias}${rest}`;
  const history = async (alias: string, query: object = {}) =>
    (await api.as('ana').get(at(alias, '/history')).query(query).expect(200)).body.items as Line[];
  const remove = (alias: string, reason = 'not needed') => api.as('eve').delete(at(alias)).query({ reason });

  it('says who did what, why, from where, to where and when, newest first', async () => {
    await promote(api, 'fraud', 1);
    await api
      .as('Jürgen Große')
      .put(at('production'))
      .send({ version: 'v2', reason: 'besser für alle 😀' })
      .expect(200);
    await api.as('ben').post(at('production', '/rollback')).send({ from: 2, reason: 'errors' }).expect(200);
    await api.as('ana').post(at('production', '/clear')).send({ version: 2, reason: 'a false alarm' }).expect(200);
    const lines = await history('production');
    const who = { model: 'fraud', alias: 'production' };
    expect(lines).toMatchObject([
      { ...who, action: 'clear', from: 1, to: 1, actor: 'ana', reason: 'a false alarm' },
      { ...who, action: 'rollback', from: 2, to: 1, actor: 'ben', reason: 'errors' },
      { ...who, action: 'promote', from: 1, to: 2, actor: 'Jürgen Große', reason: 'besser für alle 😀' },
      { ...who, action: 'promote', from: null, to: 1, actor: 'ana', reason: 'ship v1' },
    ]);
    const revisions = lines.map(({ revision }) => revision);
    expect(revisions).toEqual(revisions.toSorted((a, b) => b - a));
    const times = lines.map((line) => line.at);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it('names whoever gives no name anonymous', async () => {
    await fetch(`${api.url}${at('nobody')}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ version: 1, reason: 'x' }),
    });
    expect(await history('nobody')).toMatchObject([{ actor: 'anonymous' }]);
  });

  it('says what the alias was at any moment: nothing before the first move, then each in its turn', async () => {
    for (const version of [1, 2, 3]) await promote(api, 'fraud', version, 'asked');
    const lines = (await history('asked')).toReversed();
    const [first] = lines;
    const before = new Date(Date.parse(first?.at ?? '') - 1).toISOString();
    expect(await history('asked', { at: before })).toEqual([]);
    expect(await history('asked', { at: '1970-01-01T00:00:00Z' })).toEqual([]);
    // Moves within one millisecond share their time: the last of them was in force.
    for (const line of lines) {
      const last = lines.findLast((one) => one.at === line.at);
      expect(await history('asked', { at: line.at })).toEqual([last]);
    }
    expect(await history('asked', { at: '2999-12-31T23:59:59+14:00' })).toEqual([lines.at(-1)]);
  });

  it('is the same moment in whatever zone it is asked', async () => {
    await promote(api, 'fraud', 1, 'zones');
    const [line] = await history('zones');
    const moment = new Date(line?.at ?? '');
    const shifted = new Date(moment.getTime() + 2 * 3_600_000).toISOString().replace('Z', '+02:00');
    expect(await history('zones', { at: shifted })).toEqual([line]);
  });

  it('stays when the alias is taken away, and says who took it and why', async () => {
    await promote(api, 'fraud', 1, 'gone');
    await promote(api, 'fraud', 2, 'gone');
    await remove('gone').expect(204);
    await api.as('ana').get(at('gone')).expect(404);
    await api.as('ana').get(at('gone', '/resolve')).expect(404);
    await api.as('ana').get(at('gone-rollback-target')).expect(404);
    await remove('gone').expect(404);
    const [last, ...earlier] = await history('gone');
    expect(last).toMatchObject({ action: 'delete', from: 2, to: null, actor: 'eve', reason: 'not needed' });
    expect(earlier).toHaveLength(2);
    expect(await history('gone', { at: last?.at })).toEqual([last]);
  });

  it('goes on when the alias is made anew, with what it knew of each version', async () => {
    await promote(api, 'fraud', 1, 'reborn');
    await promote(api, 'fraud', 2, 'reborn');
    await api.as('ben').post(at('reborn', '/rollback')).send({ from: 2, reason: 'errors' }).expect(200);
    await remove('reborn').expect(204);
    await api.as('ana').put(at('reborn')).send({ version: 2, reason: 'again' }).expect(409);
    await api.as('ana').put(at('reborn')).set('If-Match', '"0"').send({ version: 3, reason: 'x' }).expect(412);
    await promote(api, 'fraud', 3, 'reborn');
    const { body } = await api.as('ana').get(at('reborn')).expect(200);
    expect(body).toMatchObject({ version: 3, rejected: [2], rollbackTarget: { version: 1, proven: false } });
    expect((await history('reborn')).map(({ action }) => action)).toEqual([
      'promote',
      'delete',
      'rollback',
      'promote',
      'promote',
    ]);
  });

  it('leaves other aliases alone', async () => {
    await promote(api, 'fraud', 4, 'left');
    await promote(api, 'fraud', 4, 'right');
    await remove('left').expect(204);
    expect((await api.as('ana').get(at('right')).expect(200)).body.version).toBe(4);
    expect(await history('right')).toHaveLength(1);
  });

  it('is there for an alias that exists under another model only there', async () => {
    await registerVersions(api, 'loan', 1);
    await api.as('ana').get('/v1/models/loan/aliases/production/history').expect(404);
    expect((await api.as('ana').get('/v1/models/loan/aliases').expect(200)).body.items).toEqual([]);
  });
});
