import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions } from '../../support/registering.js';
import { RegistryRows } from './registry-rows.js';

describe('moving an alias', () => {
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
  const put = (model: string, version: number | string, ifMatch?: string, through = api) => {
    const sent = through.as('ana').put(at(model));
    return (ifMatch === undefined ? sent : sent.set('If-Match', ifMatch)).send({ version, reason: `to ${version}` });
  };
  const show = (model: string) => api.as('ana').get(at(model));
  const history = async (model: string, rest = '/history') =>
    (await api.as('ana').get(at(model, rest)).expect(200)).body.items;

  it('makes it on the first move, and shows who moved it, why and since when', async () => {
    await registerVersions(api, 'first', 1);
    await show('first').expect(404);
    const { body, headers } = await put('first', 'v1').expect(200);
    expect(body).toMatchObject({ model: 'first', alias: 'production', version: 1, changedBy: 'ana', reason: 'to v1' });
    expect(body).toMatchObject({ rollbackTarget: null, rejected: [], knownGood: false });
    expect(Date.parse(body.soakEndsAt) - Date.parse(body.liveSince)).toBe(1800 * 1000);
    expect(headers['etag']).toBe(`"${body.revision}"`);
    const shown = await show('first').expect(200);
    expect(shown.body).toEqual(body);
    expect(shown.headers['etag']).toBe(`"${body.revision}"`);
  });

  it('to where it is already changes nothing and is no error, under another reason too', async () => {
    await registerVersions(api, 'same', 2);
    await promote(api, 'same', 1);
    const { body: before } = await put('same', 2).expect(200);
    const revision = await rows.revision();
    const { body: after } = await put('same', 'v2').expect(200);
    expect(after).toEqual(before);
    expect((await put('same', 2, `"${before.revision}"`).expect(200)).body).toEqual(before);
    expect(await rows.revision()).toBe(revision);
    expect(await history('same')).toHaveLength(2);
  });

  it('under the revision that it is at happens, and under an earlier one does not', async () => {
    await registerVersions(api, 'cas', 3);
    const { revision: first } = await promote(api, 'cas', 1);
    const { body: second } = await put('cas', 2, `"${first}"`).expect(200);
    const { body: problem } = await put('cas', 3, `"${first}"`).expect(412);
    expect(problem).toMatchObject({ code: 'revision-stale', current: second });
    await put('cas', 3, `"${second.revision}"`).expect(200);
  });

  it('under revision 0 happens only while there is no such alias', async () => {
    await registerVersions(api, 'new', 2);
    await put('new', 1, '"0"').expect(200);
    await put('new', 2, '"0"').expect(412);
    expect((await show('new').expect(200)).body.version).toBe(1);
  });

  it('under one revision by many at once happens for exactly one, on either replica', async () => {
    await registerVersions(api, 'race', 12);
    const { revision } = await promote(api, 'race', 1);
    const versions = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    const answers = await Promise.all(versions.map((v, i) => put('race', v, `"${revision}"`, i % 2 ? api : other)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(versions.length - 1);
    for (const { body } of answers.filter(({ status }) => status === 412)) expect(body.current).toEqual(won[0]?.body);
    expect((await show('race').expect(200)).body).toEqual(won[0]?.body);
    expect(await history('race')).toHaveLength(2);
  });

  it('for the first time under revision 0 by many at once makes one alias', async () => {
    await registerVersions(api, 'births', 8);
    const versions = [1, 2, 3, 4, 5, 6, 7, 8];
    const answers = await Promise.all(versions.map((v, i) => put('births', v, '"0"', i % 2 ? api : other)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await history('births')).toHaveLength(1);
  });

  it('without a revision by many at once happens for each, one after the other, and none is lost', async () => {
    await registerVersions(api, 'queue', 10);
    const versions = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    await Promise.all(versions.map((v, i) => put('queue', v, undefined, i % 2 ? api : other).expect(200)));
    const lines = await history('queue');
    expect(lines.map(({ to }: { to: number }) => to).toSorted((a: number, b: number) => a - b)).toEqual(versions);
    for (const [index, line] of lines.entries()) expect(line.from).toBe(lines[index + 1]?.to ?? null);
    const { body } = await show('queue').expect(200);
    expect(body).toMatchObject({ version: lines[0].to, revision: lines[0].revision });
    expect(body.rollbackTarget).toEqual({ version: lines[1].to, proven: false });
  });

  it('to a rejected version is refused until somebody clears it', async () => {
    await registerVersions(api, 'cleared', 2);
    for (const version of [1, 2]) await promote(api, 'cleared', version);
    await api.as('ben').post(at('cleared', '/rollback')).send({ from: 2, reason: 'errors' }).expect(200);
    await put('cleared', 2).expect(409);
    const { body } = await api
      .as('eve')
      .post(at('cleared', '/clear'))
      .send({ version: 2, reason: 'a test was wrong' })
      .expect(200);
    expect(body).toMatchObject({ version: 1, rejected: [], rollbackTarget: { version: 2, proven: false } });
    await put('cleared', 2).expect(200);
    expect((await history('cleared')).map((line: { action: string }) => line.action)).toEqual([
      'promote',
      'clear',
      'rollback',
      'promote',
      'promote',
    ]);
  });

  it('is rejected under one alias only', async () => {
    await registerVersions(api, 'two', 2);
    for (const version of [1, 2]) await promote(api, 'two', version);
    await api.as('ben').post(at('two', '/rollback')).send({ from: 2, reason: 'errors' }).expect(200);
    await promote(api, 'two', 2, 'staging');
    expect((await show('two').expect(200)).body.rejected).toEqual([2]);
  });

  it('leaves one row a version behind, however often it moves, so that the next move reads no more', async () => {
    await registerVersions(api, 'long', 2);
    for (let round = 0; round < 10; round += 1) for (const version of [1, 2]) await promote(api, 'long', version);
    const sql = 'SELECT FROM alias_standings WHERE model_id = (SELECT id FROM models WHERE name = $1)';
    expect(await rows.query(sql, ['long'])).toHaveLength(2);
    expect(await history('long')).toHaveLength(20);
  });
});
