import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions } from '../../support/registering.js';
import { Refusals } from './refusals.js';

const ALIAS = '/v1/models/fraud/aliases/production';
const LISTS = ['/v1/models', '/v1/models/fraud/versions', `${ALIAS}/history`, `${ALIAS}/rollbacks`];
const token = (text: string) => Buffer.from(text).toString('base64url');

describe('a query that cannot be answered', () => {
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

  const faults = (path: string, field: string, value: string, says: RegExp) =>
    refusals.faults({
      send: (agent) => agent.get(`${path}?${new URLSearchParams({ [field]: value }).toString()}`),
      code: 'invalid-request',
      field,
      value,
      says,
    });

  it.each(['0', '-1', '501', '1.5', '5e1', '0x10', 'ten', '', ' 5', '9'.repeat(30)])(
    'is refused for its pageSize: %j',
    async (value) => {
      for (const path of LISTS)
        expect(await faults(path, 'pageSize', value, /must be a whole number from 1 to 500/)).toEqual([]);
    },
  );

  it.each([
    '',
    'nonsense',
    token('5'),
    token('k:'),
    token('k:-1'),
    token(`k:${'9'.repeat(16)}`),
    token('k:1;'),
    `${token('k:1')}!`,
    `${token('k:1')}=`,
  ])('is refused for its pageToken, where numbers are counted: %j', async (value) => {
    for (const path of LISTS.slice(1))
      expect(await faults(path, 'pageToken', value, /nextPageToken of the page before, unchanged/)).toEqual([]);
  });

  it.each(['', 'nonsense', token('fraud'), token('k:'), token('k:\0'), token('k:größe'), `${token('k:a')}!`])(
    'is refused for its pageToken, where names are listed: %j',
    async (value) => {
      expect(await faults('/v1/models', 'pageToken', value, /nextPageToken of the page before/)).toEqual([]);
    },
  );

  it('goes on after any number that a token may hold', async () => {
    for (const path of LISTS.slice(1)) {
      const first = await api
        .as('ana')
        .get(path)
        .query({ pageToken: token(`k:${'9'.repeat(15)}`) })
        .expect(200);
      expect(first.body).toEqual((await api.as('ana').get(path).expect(200)).body);
    }
  });

  it.each([
    'yesterday',
    '2026-05-01',
    '2026-05-01T09:30:00',
    '2026-05-01 09:30:00Z',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-05-01T24:00:00Z',
    '2026-05-01T09:30:00+2',
    '1777628400',
    '',
  ])('is refused for its time: %j', async (value) => {
    const says = /must be an RFC 3339 time such as 2026-05-01T09:30:00Z/;
    expect(await faults(`${ALIAS}/history`, 'at', value, says)).toEqual([]);
    expect(await faults('/v1/models/fraud/versions', 'createdAfter', value, says)).toEqual([]);
    expect(await faults('/v1/models/fraud/versions', 'createdBefore', value, says)).toEqual([]);
  });

  it.each(['2026-05-01T09:30:00Z', '2026-05-01t09:30:00.123456z', '2026-02-28T23:59:59-11:30', '0001-01-01T00:00:00Z'])(
    'is answered for a time of any form that RFC 3339 has: %s',
    async (at) => {
      const { status } = await api.as('ana').get(`${ALIAS}/history`).query({ at });
      expect(status).toBe(200);
    },
  );

  it.each([
    ['wait', 'long', /must be seconds, such as 30s/],
    ['wait', '-1', /must be seconds/],
    ['wait', '1.5s', /must be seconds/],
    ['wait', '30m', /must be seconds/],
    ['wait', '9999999', /must be seconds/],
    ['revision', '-1', /must be a revision, a whole number from 0/],
    ['revision', 'v3', /must be a revision/],
    ['revision', '9'.repeat(16), /must be a revision/],
    ['consistency', 'eventual', /must be strong, or absent/],
    ['consistency', '', /must be strong/],
  ])('is refused when resolving with %s=%s', async (field, value, says) => {
    expect(await faults(`${ALIAS}/resolve`, field, value, says)).toEqual([]);
  });

  it.each([
    ['model', 'Fraud', /1 to 63 of a-z/],
    ['alias', 'Production', /\[a-z\]\[a-z0-9-\]\{0,62\}/],
  ])('is refused when watching %s=%s', async (field, value, says) => {
    expect(await faults('/v1/watch', field, value, says)).toEqual([]);
  });

  it.each(['x', '-1', '1.5', '9'.repeat(16)])('is refused when watching from Last-Event-ID %s', async (value) => {
    const says = /must be a revision/;
    const bad = { code: 'invalid-request', field: 'Last-Event-ID', value, says } as const;
    const faulty = await refusals.faults({ send: (a) => a.get('/v1/watch').set('Last-Event-ID', value), ...bad });
    expect(faulty).toEqual([]);
  });

  it.each(['x', '-1', '1.5', '9'.repeat(16)])('is refused for a rollback with the id %s', async (id) => {
    const bad = { code: 'invalid-request', field: 'id', value: id, says: /number of a rollback/ } as const;
    expect(await refusals.faults({ send: (a) => a.get(`${ALIAS}/rollbacks/${id}`), ...bad })).toEqual([]);
  });

  it.each([
    ['label', 'team', /must be name=value, such as team=risk/],
    ['label', '=risk', /must be name=value/],
    ['alias', 'Production', /\[a-z\]\[a-z0-9-\]\{0,62\}/],
    ['state', 'dead', /must be one of live, served, known-good, rejected/],
  ])('is refused when filtering versions by %s=%s', async (field, value, says) => {
    expect(await faults('/v1/models/fraud/versions', field, value, says)).toEqual([]);
  });

  it('finds nothing by a label that JavaScript gives a meaning of its own', async () => {
    const { body } = await api.as('ana').get('/v1/models/fraud/versions?label=__proto__=x').expect(200);
    expect(body.items).toEqual([]);
  });
});
