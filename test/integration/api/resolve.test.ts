import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions } from '../../support/registering.js';

describe('resolving an alias', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
    await registerVersions(api, 'fraud', 3);
    await promote(api, 'fraud', 1);
    await promote(api, 'fraud', 2);
  });
  afterAll(() => api.close());

  const resolve = (path: string) => api.as('server').get(`/v1/models/${path}`);

  it('gives the whole record, the traffic, and what to keep warm', async () => {
    const { body } = await resolve('fraud/aliases/production/resolve').expect(200);
    expect(body).toMatchObject({
      model: 'fraud',
      alias: 'production',
      version: 2,
      record: { version: 2, serving: { seed: 2 }, artifacts: [{ size: 11 }] },
      traffic: [{ version: 2, weight: 100 }],
      keepWarm: [{ version: 1, serving: { seed: 1 } }],
    });
  });

  it('tags its answer with the revision, and says how old it is', async () => {
    const { body, headers } = await resolve('fraud/aliases/production/resolve').expect(200);
    expect(headers['etag']).toBe(`"${body.revision}"`);
    expect(headers['age']).toMatch(/^\d+$/);
    expect(headers['cache-control']).toBe('no-cache');
  });

  it('answers 304 without a body to whoever has that revision, also in a list or weakened by a proxy', async () => {
    const { headers } = await resolve('fraud/aliases/production/resolve').expect(200);
    const tag = headers['etag'] ?? '';
    for (const known of [tag, `"1", ${tag}`, `"1",${tag},"2"`, `W/${tag}`, '*']) {
      const same = await resolve('fraud/aliases/production/resolve').set('If-None-Match', known).expect(304);
      expect(same.text).toBe('');
      expect(same.headers).toMatchObject({ etag: tag, 'cache-control': 'no-cache' });
      expect(same.headers['age']).toMatch(/^\d+$/);
    }
  });

  it('answers in full to whoever has another revision, or something that is no tag', async () => {
    const { body } = await resolve('fraud/aliases/production/resolve').expect(200);
    for (const known of ['"999"', `${body.revision}`, `"${body.revision}`, '', ',,,', 'W/"1"']) {
      await resolve('fraud/aliases/production/resolve').set('If-None-Match', known).expect(200);
    }
  });

  it('answers HEAD with the same headers', async () => {
    const { body } = await resolve('fraud/aliases/production/resolve').expect(200);
    const head = await api.as('server').head('/v1/models/fraud/aliases/production/resolve').expect(200);
    expect(head.headers['etag']).toBe(`"${body.revision}"`);
  });

  it('reads the database where a strong answer is asked for', async () => {
    const { body, headers } = await resolve('fraud/aliases/production/resolve?consistency=strong').expect(200);
    expect(body).toMatchObject({ version: 2, keepWarm: [{ version: 1 }] });
    expect(headers['age']).toBe('0');
  });

  it('says which of model and alias there is not', async () => {
    for (const query of ['', '?consistency=strong', '?revision=1&wait=300s']) {
      const noAlias = await resolve(`fraud/aliases/staging/resolve${query}`).expect(404);
      expect(noAlias.body).toMatchObject({ code: 'alias-not-found', detail: expect.stringContaining('staging') });
      const noModel = await resolve(`frauds/aliases/production/resolve${query}`).expect(404);
      expect(noModel.body).toMatchObject({ code: 'model-not-found', detail: expect.stringContaining('frauds') });
    }
  });

  it.each([
    ['revision=-1', 'revision'],
    ['revision=one', 'revision'],
    ['revision=1.5', 'revision'],
    ['revision=9999999999999999', 'revision'],
    ['revision=1&revision=2', 'revision'],
    ['revision=', 'revision'],
    ['wait=soon', 'wait'],
    ['wait=-1s', 'wait'],
    ['wait=30m', 'wait'],
    ['wait=1s&wait=2s', 'wait'],
    ['wait=', 'wait'],
    ['consistency=eventual', 'consistency'],
    ['consistency=', 'consistency'],
    ['consistency=strong&consistency=strong', 'consistency'],
  ])('refuses ?%s, naming %s', async (query, field) => {
    const { body } = await resolve(`fraud/aliases/production/resolve?${query}`).expect(400);
    expect(body).toMatchObject({ code: 'invalid-request', errors: [{ field }] });
  });

  it.each([
    ['Fraud/aliases/production', 'model'],
    ['..%2Ffraud/aliases/production', 'model'],
    ['fraud%0Aproduction/aliases/x', 'model'],
    ['fraud%00/aliases/production', 'model'],
    [`${'m'.repeat(64)}/aliases/production`, 'model'],
    ['fraud/aliases/Production', 'alias'],
    ['fraud/aliases/1st', 'alias'],
    ['fraud/aliases/pro%20duction', 'alias'],
    ['fraud/aliases/%F0%9F%92%A5', 'alias'],
    [`fraud/aliases/${'a'.repeat(64)}`, 'alias'],
  ])('refuses the address %s, naming the %s', async (path, field) => {
    for (const query of ['', '?consistency=strong', '?revision=0&wait=1s']) {
      const { body } = await resolve(`${path}/resolve${query}`).expect(400);
      expect(body).toMatchObject({ code: 'invalid-request', errors: [{ field }] });
    }
  });
});
