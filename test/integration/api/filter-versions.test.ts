import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registration } from '../../support/registering.js';

describe('filtering the list of versions', () => {
  let api: TestApi;
  let between = '';
  beforeAll(async () => {
    api = await startApi();
    for (let seed = 1; seed <= 6; seed += 1) {
      if (seed === 4) between = new Date().toISOString();
      const labels = { team: seed % 2 === 0 ? 'risk' : 'growth', stage: 'eu' };
      const body = registration(api, seed, { labels });
      await api.as('pipeline').post('/v1/models/fraud/versions').send(body).expect(201);
    }
    await promote(api, 'fraud', 1);
    await api.as('ana').patch(at('')).send({ soakSeconds: 0, reason: 'soaked' }).expect(200);
    await promote(api, 'fraud', 2);
    await api.as('ana').patch(at('')).send({ soakSeconds: 3600, reason: 'slower' }).expect(200);
    for (const version of [3, 4]) await promote(api, 'fraud', version);
    await api.as('ana').post(at('/rollback')).send({ reason: 'bad', to: 3 }).expect(200);
  });
  afterAll(() => api.close());

  const at = (rest: string) => `/v1/models/fraud/aliases/production${rest}`;
  const list = async (query: object) => {
    const { body } = await api.as('ana').get('/v1/models/fraud/versions').query(query).expect(200);
    return body.items.map((item: { version: number }) => item.version);
  };

  it('finds versions by one label and by several', async () => {
    expect(await list({ label: 'team=risk' })).toEqual([6, 4, 2]);
    expect(await list({ label: ['team=growth', 'stage=eu'] })).toEqual([5, 3, 1]);
    expect(await list({ label: 'team=none' })).toEqual([]);
  });

  it('finds versions by when they were registered', async () => {
    expect(await list({ createdAfter: between })).toEqual([6, 5, 4]);
    expect(await list({ createdBefore: between })).toEqual([3, 2, 1]);
  });

  it('finds versions by the alias that points at them', async () => {
    expect(await list({ alias: 'production' })).toEqual([3]);
    expect(await list({ alias: 'rollback-target' })).toEqual([2]);
  });

  it('finds versions by their state under an alias', async () => {
    expect(await list({ state: 'rejected' })).toEqual([4]);
    expect(await list({ state: 'known-good' })).toEqual([2, 1]);
    expect(await list({ state: 'served' })).toEqual([4, 3, 2, 1]);
    expect(await list({ state: 'served', alias: 'staging' })).toEqual([]);
  });

  it('keeps the filter from page to page', async () => {
    const first = await api.as('ana').get('/v1/models/fraud/versions').query({ label: 'team=risk', pageSize: 2 });
    expect(await list({ label: 'team=risk', pageSize: 2, pageToken: first.body.nextPageToken })).toEqual([2]);
  });

  it.each([
    ['label', 'team', 'name=value'],
    ['state', 'good', 'one of live'],
    ['alias', 'Production', '[a-z]'],
    ['createdAfter', 'yesterday', 'RFC 3339'],
    ['createdBefore', '2026-13-45T00:00:00Z', 'RFC 3339'],
  ])('refuses %s=%s and says what it takes', async (field, value, right) => {
    const { body } = await api
      .as('ana')
      .get('/v1/models/fraud/versions')
      .query({ [field]: value })
      .expect(400);
    expect(body.errors).toEqual([{ field, value, message: expect.stringContaining(right) }]);
  });
});
