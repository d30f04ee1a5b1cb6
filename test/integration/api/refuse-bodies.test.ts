import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions, registration } from '../../support/registering.js';
import { rawRequest } from './raw-request.js';
import { Refusals, type Agent } from './refusals.js';

const ALIAS = '/v1/models/fraud/aliases/production';
const VERSIONS = '/v1/models/fraud/versions';
const putNothing = (agent: Agent) => agent.put(ALIAS);
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('a body that cannot be used', () => {
  let api: TestApi;
  let refusals: Refusals;
  beforeAll(async () => {
    api = await startApi();
    await registerVersions(api, 'fraud', 2);
    await promote(api, 'fraud', 1);
    refusals = await Refusals.of(api);
  });
  afterAll(async () => {
    await refusals.close();
    await api.close();
  });

  it.each([
    ['half an object', '{"version": 2, "reason": "x"', /read as JSON/],
    ['a word', 'promote v2', /read as JSON/],
    ['single quotes', `{'version': 2, 'reason': 'x'}`, /read as JSON/],
    ['a number that is none', '{"version": NaN, "reason": "x"}', /read as JSON/],
    ['two objects', '{"version": 2, "reason": "x"} {}', /read as JSON/],
  ])('is refused when it is not JSON: %s', async (_, text, says) => {
    const send = (agent: Agent) => agent.put(ALIAS).type('application/json').send(text);
    expect(await refusals.faults({ send, code: 'malformed-json', says })).toEqual([]);
  });

  it('is refused when it is not UTF-8, instead of being kept with other characters', async () => {
    const before = await refusals.contents();
    const body = Buffer.from('{"version": 2, "reason": "Verspätung"}', 'latin1');
    const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
    const answer = await rawRequest(api.url, 'PUT', ALIAS, { headers, body });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({
      code: 'malformed-json',
      detail: expect.stringContaining('not UTF-8'),
    });
    expect(await refusals.contents()).toEqual(before);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/xml',
    'application/yaml',
    'multipart/form-data',
  ])('is refused when it comes as %s', async (type) => {
    const send = (agent: Agent) => agent.put(ALIAS).type(type).send('version=2&reason=x');
    expect(
      await refusals.faults({ send, code: 'unsupported-media-type', says: /Content-Type: application\/json/ }),
    ).toEqual([]);
  });

  it.each([
    ['null', 'null', null],
    ['a list', '[]', []],
    ['a list of one', '[{"version": 2}]', [{ version: 2 }]],
    ['a number', '5', 5],
    ['a text', '"v2"', 'v2'],
  ])('is refused when it is %s', async (_, text, value) => {
    const send = (agent: Agent) => agent.put(ALIAS).type('application/json').send(text);
    const says = /must be a JSON object with reason, version/;
    expect(await refusals.faults({ send, code: 'invalid-request', field: 'body', value, says })).toEqual([]);
  });

  it('is refused when it is missing, by the fields that it should have', async () => {
    expect(
      await refusals.faults({ send: putNothing, code: 'invalid-request', field: 'version', says: /version number/ }),
    ).toEqual([]);
    expect(
      await refusals.faults({ send: putNothing, code: 'invalid-request', field: 'reason', says: /must say why/ }),
    ).toEqual([]);
  });

  it('is refused when it is larger than the limit, saying where large things go', async () => {
    const large = { version: 2, reason: 'x', padding: 'y'.repeat(1024 * 1024) };
    const send = (agent: Agent) => agent.put(ALIAS).send(large);
    expect(
      await refusals.faults({
        send,
        code: 'body-too-large',
        says: /At most \d{4,} bytes.*\/v1\/artifacts.*LASTGOOD_BODY_LIMIT_BYTES/,
      }),
    ).toEqual([]);
  });

  it.each([
    ['', 'nonsense', { nonsense: 1 }, /is not a field here; known are artifacts, createModel, env, image/],
    ['', 'Image', { Image: 'x' }, /is not a field here/],
    ['', 'toString', { toString: 'x' }, /is not a field here/],
    ['', 'constructor', { constructor: { name: 'x' } }, /is not a field here/],
    ['', 'version', { version: 7 }, /is not a field here/],
  ])('is refused for a field that there is not%s: %s', async (_, field, extra, says) => {
    const send = (agent: Agent) => agent.post(VERSIONS).send(registration(api, 'extra', extra));
    expect(await refusals.faults({ send, code: 'invalid-request', field, says })).toEqual([]);
  });

  it.each([
    ['NUL in a text', '{"x": "a\\u0000b"}', 'serving.x', /NUL/],
    ['NUL in a name', '{"x\\u0000": 1}', 'serving.x\u0000', /NUL/],
    ['half a surrogate pair', '{"x": ["\\ud83d"]}', 'serving.x[0]', /half of a surrogate pair/],
    ['a number beyond doubles', '{"x": {"y": 1e999}}', 'serving.x.y', /too large/],
    ['a name with a meaning of its own', '{"__proto__": {"x": 1}}', 'serving.__proto__', /cannot be kept/],
    ['nesting without end', `{"x": ${nested(200_000)}}`, `serving.x${'[0]'.repeat(62)}`, /nested too deeply/],
  ])('is refused for what no database row can keep: %s', async (_, serving, field, says) => {
    const text = JSON.stringify(registration(api, 'odd', { serving: 'HERE' })).replace('"HERE"', serving);
    const send = (agent: Agent) => agent.post(VERSIONS).type('application/json').send(text);
    expect(await refusals.faults({ send, code: 'invalid-request', field, says })).toEqual([]);
  });

  it('is refused with the first hundred of very many mistakes, and a value that is not repeated at length', async () => {
    const artifacts = Array.from({ length: 500 }, () => ({ uri: 'x'.repeat(1000), digest: 5, size: 1 }));
    const { body: problem } = await api.as('ana').post(VERSIONS).send({ artifacts }).expect(400);
    expect(problem.errors).toHaveLength(100);
    expect(problem.detail).toMatch(/and 980 more$/);
    expect(JSON.stringify(problem).length).toBeLessThan(50_000);
  });

  it('is read as UTF-8 whatever the charset parameter says, and may be nested as deep as anyone needs', async () => {
    const body = registration(api, 'deep', { serving: { x: JSON.parse(nested(60)), größe: '😀' } });
    const { body: view } = await api
      .as('ana')
      .post(VERSIONS)
      .type('application/json; charset=utf-8')
      .send(body)
      .expect(201);
    expect(view.serving).toEqual((body as { serving: object }).serving);
  });
});
