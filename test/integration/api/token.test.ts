import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { rawRequest } from './raw-request.js';

const TOKEN = 'correct-horse-battery-staple';
const DIGEST = `sha256:${'0'.repeat(64)}`;
const OPEN = ['/healthz', '/readyz', '/metrics'];

// Routes beside Nest, which its own list of routes does not have.
const RAW: [string, string][] = [
  ['GET', '/v1/models/fraud/aliases/production/resolve'],
  ['HEAD', '/v1/models/fraud/aliases/production/resolve'],
  ['GET', '/v1/watch'],
  ['PUT', `/v1/artifacts/${DIGEST}`],
  ['GET', `/v1/artifacts/${DIGEST}`],
  ['HEAD', `/v1/artifacts/${DIGEST}`],
  ['GET', '/v1/no-such-thing'],
];

// Other spellings of /v1/… that the router takes for the same route.
const SPELLINGS = ['/%761/models', '/v%31/watch', `/%76%31/artifacts/${DIGEST}`, 'http://elsewhere/v1/models'];

describe('a registry with a token', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ env: { LASTGOOD_TOKEN: TOKEN } });
  });
  afterAll(() => api.close());

  const statusOf = async (method: string, path: string, headers = {}) =>
    (await rawRequest(api.url, method, path, { headers })).status;

  it('asks for the token at every route that is documented', async () => {
    const { paths } = SwaggerModule.createDocument(api.app, new DocumentBuilder().build());
    const routes = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'x')] as const),
    );
    const guarded = routes.filter(([, path]) => !OPEN.includes(path));
    expect(guarded.length).toBeGreaterThan(15);
    for (const [method, path] of guarded) expect([method, path, await statusOf(method, path)]).toContain(401);
  });

  it.each(RAW)('answers %s %s only to who has the token', async (method, path) => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: `Basic ${TOKEN}` }])
      expect(await statusOf(method, path, headers)).toBe(401);
    expect(await statusOf(method, path, { authorization: `Bearer ${TOKEN}` })).not.toBe(401);
  });

  it.each(SPELLINGS)('asks for the token at %s too', async (path) => {
    expect(await statusOf('GET', path)).toBe(401);
  });

  it('says how to send one', async () => {
    const { headers, body } = await rawRequest(api.url, 'GET', '/v1/models', {
      headers: { authorization: `Bearer ${TOKEN}x` },
    });
    expect(headers['www-authenticate']).toBe('Bearer realm="lastgood"');
    expect(headers['content-type']).toContain('application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ code: 'unauthorized', status: 401 });
    expect(body).toContain('Authorization: Bearer');
    expect(body).not.toContain(TOKEN);
  });

  it.each(OPEN)('shows %s to everybody', async (path) => {
    expect(await statusOf('GET', path)).toBe(200);
  });
});

describe('a registry without a token', () => {
  it('answers everybody', async () => {
    const api = await startApi();
    expect((await rawRequest(api.url, 'GET', '/v1/models')).status).toBe(200);
    await api.close();
  });
});
