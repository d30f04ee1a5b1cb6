import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/contract/errors.js';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions, registration } from '../../support/registering.js';
import { Refusals, type Agent } from './refusals.js';

const LONG = 'x'.repeat(64);
const MODEL_NAMES = ['Fraud', '-fraud', '.fraud', 'fraud model', 'fraud/eu', 'betrüger', '', LONG, 5, null, ['fraud']];
const IN_ADDRESSES = ['Fraud', '-fraud', 'fraud model', 'betrüger', LONG, 'a'.repeat(200), "fraud'--"];
const ALIAS_NAMES = [
  'Production',
  '1st',
  '-eu',
  'eu_west',
  'eu.west',
  'prod uction',
  'größe',
  LONG,
  `eu'; DROP TABLE aliases`,
];
const VERSIONS = ['0', 'v0', 'V1', '01', '-1', '1.5', '1e3', 'latest', '2147483648', '99999999999', 'v', ' 1'];

describe('a name that cannot be one', () => {
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

  it.each(MODEL_NAMES)('is refused as a new model: %j', async (model) => {
    const send = (agent: Agent) => agent.post('/v1/models').send({ model });
    const says = /1 to 63 of a-z, 0-9, dot, dash and underscore/;
    expect(await refusals.faults({ send, code: 'invalid-request', field: 'model', value: model, says })).toEqual([]);
  });

  it.each(IN_ADDRESSES)('is refused as the model of an address: %j', async (model) => {
    const versions = `/v1/models/${encodeURIComponent(model)}/versions`;
    const bad = { code: 'invalid-request', field: 'model', value: model, says: /1 to 63 of a-z/ } as const;
    for (const send of [
      (agent: Agent) => agent.post(versions).send(registration(api, 9)),
      (agent: Agent) => agent.get(versions),
    ])
      expect(await refusals.faults({ send, ...bad })).toEqual([]);
  });

  it.each(ALIAS_NAMES)('is refused as an alias: %j', async (alias) => {
    const path = `/v1/models/fraud/aliases/${encodeURIComponent(alias)}`;
    const bad = { code: 'invalid-request', field: 'alias', value: alias, says: /\[a-z\]\[a-z0-9-\]\{0,62\}/ } as const;
    const reason = 'why not';
    for (const send of [
      (agent: Agent) => agent.put(path).send({ version: 2, reason }),
      (agent: Agent) => agent.delete(`${path}?reason=why`),
      (agent: Agent) => agent.post(`${path}/rollback`).send({ reason }),
      (agent: Agent) => agent.get(`${path}/history`),
    ])
      expect(await refusals.faults({ send, ...bad })).toEqual([]);
  });

  it.each(VERSIONS)('is refused as a version: %j', async (version) => {
    const says = /version number such as 184 or v184/;
    const bad = { code: 'invalid-request', field: 'version', value: version, says } as const;
    const alias = '/v1/models/fraud/aliases/production';
    for (const send of [
      (agent: Agent) => agent.get(`/v1/models/fraud/versions/${encodeURIComponent(version)}`),
      (agent: Agent) => agent.put(alias).send({ version, reason: 'why not' }),
      (agent: Agent) => agent.post(`${alias}/clear`).send({ version, reason: 'why not' }),
    ])
      expect(await refusals.faults({ send, ...bad })).toEqual([]);
  });

  const reason = 'why not';
  it.each<[string, ErrorCode, RegExp, (agent: Agent) => ReturnType<Agent['get']>]>([
    ['a model to show', 'model-not-found', /no model loan/, (a) => a.get('/v1/models/loan')],
    [
      'a model to edit',
      'model-not-found',
      /no model loan/,
      (a) => a.patch('/v1/models/loan').send({ description: 'x' }),
    ],
    ['a model to delete', 'model-not-found', /no model loan/, (a) => a.delete('/v1/models/loan')],
    ['a model to list', 'model-not-found', /no model loan/, (a) => a.get('/v1/models/loan/versions')],
    [
      'a model without createModel',
      'model-not-found',
      /createModel/,
      (a) => a.post('/v1/models/loan/versions').send(registration(api, 1, { createModel: false })),
    ],
    [
      'a model to move',
      'model-not-found',
      /lastgood models/,
      (a) => a.put('/v1/models/loan/aliases/production').send({ version: 1, reason }),
    ],
    [
      'a model to roll back',
      'model-not-found',
      /lastgood models/,
      (a) => a.post('/v1/models/loan/aliases/production/rollback').send({ reason }),
    ],
    [
      'a version to show',
      'version-not-found',
      /fraud has no v3.*lastgood versions fraud/,
      (a) => a.get('/v1/models/fraud/versions/3'),
    ],
    [
      'a version to move to',
      'version-not-found',
      /fraud has no v3/,
      (a) => a.put('/v1/models/fraud/aliases/production').send({ version: 3, reason }),
    ],
    [
      'a version to roll back to',
      'version-not-found',
      /fraud has no v3/,
      (a) => a.post('/v1/models/fraud/aliases/production/rollback').send({ to: 3, reason }),
    ],
    ['a version to delete', 'version-not-found', /fraud has no v3/, (a) => a.delete('/v1/models/fraud/versions/3')],
    [
      'an alias to show',
      'alias-not-found',
      /no alias eu.*lastgood promote/,
      (a) => a.get('/v1/models/fraud/aliases/eu'),
    ],
    [
      'an alias to roll back',
      'alias-not-found',
      /no alias eu/,
      (a) => a.post('/v1/models/fraud/aliases/eu/rollback').send({ reason }),
    ],
    ['an alias to delete', 'alias-not-found', /no alias eu/, (a) => a.delete('/v1/models/fraud/aliases/eu?reason=x')],
    [
      'an alias whose history to read',
      'alias-not-found',
      /no alias eu/,
      (a) => a.get('/v1/models/fraud/aliases/eu/history'),
    ],
    [
      'an alias whose rollbacks to list',
      'alias-not-found',
      /no alias eu/,
      (a) => a.get('/v1/models/fraud/aliases/eu/rollbacks'),
    ],
    ['an alias to report on', 'alias-not-found', /no alias eu/, (a) => a.get('/v1/models/fraud/aliases/eu/reports')],
    [
      'a target that is not there yet',
      'alias-not-found',
      /keeps it itself/,
      (a) => a.get('/v1/models/fraud/aliases/eu-rollback-target'),
    ],
    [
      'a rollback',
      'rollback-not-found',
      /no rollback 7/,
      (a) => a.get('/v1/models/fraud/aliases/production/rollbacks/7'),
    ],
    ['an address', 'route-not-found', /\/docs/, (a) => a.get('/v1/fashions')],
  ])('is told from one that is not there: %s', async (_, code, says, send) => {
    expect(await refusals.faults({ send, code, says })).toEqual([]);
  });

  it.each(['/v1/models/%', '/v1/models/%ff/versions', `/v1/models/${'x'.repeat(600)}`])(
    'is refused as a problem where the router cannot read it: %.40s',
    async (path) => {
      const send = (agent: Agent) => agent.get(path);
      expect(await refusals.faults({ send, code: 'invalid-request', says: /not a valid url|too long/ })).toEqual([]);
    },
  );

  it('is refused when it holds NUL, also on routes beside the others', async () => {
    const bad = { code: 'invalid-request', says: /NUL/ } as const;
    const resolve = '/v1/models/fr%00ud/aliases/production/resolve';
    expect(await refusals.faults({ send: (agent) => agent.get(resolve), ...bad, field: 'model' })).toEqual([]);
    const remove = '/v1/models/fraud/aliases/production?reason=a%00b';
    expect(await refusals.faults({ send: (agent) => agent.delete(remove), ...bad, field: 'reason' })).toEqual([]);
  });
});
