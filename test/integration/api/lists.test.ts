import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions, registration } from '../../support/registering.js';

type Item = Record<string, unknown>;

describe('lists', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
    await registerVersions(api, 'fraud', 12);
    for (const version of [1, 2, 3, 4, 5, 6, 7]) await promote(api, 'fraud', version);
  });
  afterAll(() => api.close());

  const get = async (path: string, query: object = {}) =>
    (await api.as('ana').get(path).query(query).expect(200)).body as { items: Item[]; nextPageToken: string | null };

  /** Every page from the first to the last, as lists of one of their fields. */
  const pages = async (path: string, pageSize: number, field: string) => {
    const found: unknown[][] = [];
    for (let pageToken: string | null = null; found.length === 0 || pageToken !== null;) {
      const page = await get(path, { pageSize, ...(pageToken !== null && { pageToken }) });
      found.push(page.items.map((item) => item[field]));
      pageToken = page.nextPageToken;
    }
    return found;
  };

  it('of versions are newest first, in pages', async () => {
    const path = '/v1/models/fraud/versions';
    expect(await pages(path, 5, 'version')).toEqual([
      [12, 11, 10, 9, 8],
      [7, 6, 5, 4, 3],
      [2, 1],
    ]);
    expect(await pages(path, 12, 'version')).toEqual([[12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]]);
    expect(await pages(path, 11, 'version')).toEqual([[12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2], [1]]);
    expect((await get(path)).items).toHaveLength(12);
  });

  it('neither repeat nor miss a version when new ones come between two pages', async () => {
    await registerVersions(api, 'growing', 4);
    const first = await get('/v1/models/growing/versions', { pageSize: 2 });
    await api.as('ana').post('/v1/models/growing/versions').send(registration(api, 'late')).expect(201);
    const second = await get('/v1/models/growing/versions', { pageSize: 2, pageToken: first.nextPageToken });
    expect([...first.items, ...second.items].map(({ version }) => version)).toEqual([4, 3, 2, 1]);
    expect(second.nextPageToken).toBeNull();
  });

  it('have tokens that say nothing to who reads them', async () => {
    const { nextPageToken } = await get('/v1/models/fraud/versions', { pageSize: 5 });
    expect(nextPageToken).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(nextPageToken).not.toMatch(/^\d+$/);
  });

  it('of models are by name, with what each alias points at', async () => {
    for (const model of ['b', 'a', 'c']) await registerVersions(api, model, 1);
    await promote(api, 'a', 1, 'staging');
    const names = (await pages('/v1/models', 2, 'model')).flat();
    expect(names).toEqual(names.toSorted((x, y) => String(x).localeCompare(String(y))));
    expect(names).toEqual(expect.arrayContaining(['a', 'b', 'c', 'fraud']));
    const { items } = await get('/v1/models');
    expect(items.find(({ model }) => model === 'a')).toMatchObject({
      latestVersion: 1,
      aliases: [{ alias: 'staging', version: 1 }],
    });
    expect(items.find(({ model }) => model === 'b')).toMatchObject({ aliases: [] });
  });

  it('show which aliases point at a version', async () => {
    await promote(api, 'fraud', 7, 'staging');
    const { items } = await get('/v1/models/fraud/versions');
    const pointed = items.filter(({ aliases }) => (aliases as string[]).length > 0);
    expect(pointed.map(({ version, aliases }) => [version, aliases])).toEqual([
      [7, ['production', 'staging']],
      [6, ['rollback-target']],
    ]);
    expect((await get('/v1/models/fraud/aliases')).items.map(({ alias, version }) => [alias, version])).toEqual([
      ['production', 7],
      ['rollback-target', 6],
      ['staging', 7],
    ]);
  });

  it('of history and rollbacks are newest first, in pages', async () => {
    expect(await pages('/v1/models/fraud/aliases/production/history', 3, 'to')).toEqual([[7, 6, 5], [4, 3, 2], [1]]);
    await registerVersions(api, 'rolled', 5);
    for (const version of [1, 2, 3, 4, 5]) await promote(api, 'rolled', version);
    const alias = '/v1/models/rolled/aliases/production';
    for (const from of [5, 4, 3])
      await api.as('ana').post(`${alias}/rollback`).send({ from, reason: 'bad' }).expect(200);
    expect(await pages(`${alias}/rollbacks`, 2, 'from')).toEqual([[3, 4], [5]]);
    expect((await get(`${alias}/rollbacks`, { pageSize: 3 })).nextPageToken).toBeNull();
  });

  it('are empty where there is nothing yet', async () => {
    await api
      .as('ana')
      .post('/v1/models')
      .send({ model: 'empty', description: 'x', labels: { a: 'b' } })
      .expect(201);
    for (const list of ['versions', 'aliases'])
      expect(await get(`/v1/models/empty/${list}`)).toEqual({ items: [], nextPageToken: null });
    expect((await api.as('ana').get('/v1/models/empty').expect(200)).body).toMatchObject({
      latestVersion: null,
      labels: { a: 'b' },
    });
    await api.as('ana').delete('/v1/models/empty').expect(204);
    await api.as('ana').get('/v1/models/empty').expect(404);
  });
});
