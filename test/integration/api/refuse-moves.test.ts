import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions } from '../../support/registering.js';
import { Refusals, type Agent } from './refusals.js';

const ALIAS = '/v1/models/fraud/aliases/production';
const reason = 'why not';
const moveTo = (version: number) => (agent: Agent) => agent.put(ALIAS).send({ version, reason });
const rollBack =
  (body: object, path = ALIAS) =>
  (agent: Agent) =>
    agent.post(`${path}/rollback`).send({ reason, ...body });
const WHY = /must say why, in 1 to 2000 characters/;
const PAIRED = ['rollback-target', 'candidate', 'eu-rollback-target', 'eu-candidate', 'production-candidate'];

describe('a move that cannot be made', () => {
  let api: TestApi;
  let refusals: Refusals;
  // v3 was rolled back from, so production is at v2 with v1 as its target; staging has only ever been at v1.
  beforeAll(async () => {
    api = await startApi();
    await registerVersions(api, 'fraud', 4);
    for (const version of [1, 2, 3]) await promote(api, 'fraud', version);
    await api.as('ana').post(`${ALIAS}/rollback`).send({ reason, from: 3 }).expect(200);
    await promote(api, 'fraud', 1, 'staging');
    refusals = await Refusals.of(api);
  });
  afterAll(async () => {
    await refusals.close();
    await api.close();
  });

  it.each([undefined, null, '', ' ', '\t\n', 5, ['x'], 'x'.repeat(2001)])(
    'is refused without a reason worth reading in a year: %j',
    async (given) => {
      const bad = { code: 'invalid-request', field: 'reason', says: WHY } as const;
      for (const send of [
        (agent: Agent) => agent.put(ALIAS).send({ version: 4, reason: given }),
        (agent: Agent) => agent.post(`${ALIAS}/rollback`).send({ from: 2, reason: given }),
        (agent: Agent) => agent.post(`${ALIAS}/clear`).send({ version: 3, reason: given }),
        (agent: Agent) => agent.post(`${ALIAS}/known-good`).send({ version: 2, reason: given }),
        (agent: Agent) => agent.patch(ALIAS).send({ soakSeconds: 5, reason: given }),
      ])
        expect(await refusals.faults({ send, ...bad })).toEqual([]);
    },
  );

  it.each(['', '?reason=', '?reason=%20', `?reason=${'x'.repeat(2001)}`, '?reason=a&reason=b'])(
    'is refused as a deletion without a reason: %.20s',
    async (query) => {
      const send = (agent: Agent) => agent.delete(`${ALIAS}${query}`);
      expect(await refusals.faults({ send, code: 'invalid-request', field: 'reason', says: WHY })).toEqual([]);
    },
  );

  it.each(PAIRED)('is refused for an alias that Lastgood moves itself: %s', async (alias) => {
    const path = `/v1/models/fraud/aliases/${alias}`;
    const owner = alias.startsWith('eu') ? 'eu' : 'production';
    const bad = { code: 'alias-paired', field: 'alias', value: alias, says: new RegExp(`follows ${owner}`) } as const;
    for (const send of [
      (agent: Agent) => agent.put(path).send({ version: 4, reason }),
      (agent: Agent) => agent.delete(`${path}?reason=x`),
      (agent: Agent) => agent.post(`${path}/rollback`).send({ reason }),
      (agent: Agent) => agent.post(`${path}/clear`).send({ version: 3, reason }),
      (agent: Agent) => agent.post(`${path}/known-good`).send({ version: 3, reason }),
      (agent: Agent) => agent.patch(path).send({ soakSeconds: 5, reason }),
    ])
      expect(await refusals.faults({ send, ...bad })).toEqual([]);
  });

  it.each(['57', '"57', 'W/"57"', '*', '"57", "58"', '""', '"-1"', '"1e3"', `"${'9'.repeat(16)}"`])(
    'is refused under an If-Match that is not one revision: %s',
    async (value) => {
      const send = (agent: Agent) => agent.put(ALIAS).set('If-Match', value).send({ version: 4, reason });
      const says = /must be one revision in quotes, such as "57"/;
      expect(await refusals.faults({ send, code: 'invalid-request', field: 'If-Match', value, says })).toEqual([]);
    },
  );

  it('is refused under the revision of an earlier state, with the present one', async () => {
    const put = (revision: number) =>
      api.as('ana').put(ALIAS).set('If-Match', `"${revision}"`).send({ version: 4, reason });
    const send = () => put(1);
    const says = /If-Match names revision 1, but fraud production is at \d+ and points at v2/;
    expect(await refusals.faults({ send, code: 'revision-stale', says })).toEqual([]);
    const { body: problem } = await put(1);
    const { body: current } = await api.as('ana').get(ALIAS).expect(200);
    expect(problem.current).toEqual(current);
  });

  it('is refused under a revision for an alias that does not exist, which is then still not there', async () => {
    const path = '/v1/models/fraud/aliases/eu';
    const send = (agent: Agent) => agent.put(path).set('If-Match', '"7"').send({ version: 4, reason });
    expect(await refusals.faults({ send, code: 'revision-stale', says: /at 0 and does not exist/ })).toEqual([]);
    await api.as('ana').get(path).expect(404);
  });

  it('is refused to a version that was rolled back from there, saying how to clear it', async () => {
    const says = /fraud v3 was rolled back from production at .* `lastgood clear fraud v3 --alias production/;
    expect(await refusals.faults({ send: moveTo(3), code: 'version-rejected', says })).toEqual([]);
  });

  it.each([1, 2, 4])('is refused as a clearing of v%d, which is not rejected', async (version) => {
    const send = (agent: Agent) => agent.post(`${ALIAS}/clear`).send({ version, reason });
    expect(await refusals.faults({ send, code: 'version-not-rejected', says: /nothing to clear/ })).toEqual([]);
  });

  it('is refused as a rollback where no other version has served', async () => {
    const send = rollBack({}, '/v1/models/fraud/aliases/staging');
    const says = /staging of fraud is at v1, and no other version .* has served there.*--to v/;
    expect(await refusals.faults({ send, code: 'no-rollback-target', says })).toEqual([]);
  });

  it('is refused as a rollback from a version that is not live', async () => {
    const send = rollBack({ from: 4 });
    const says = /points at v2, not at v4.*Nothing was changed. If v2 is the bad one, roll back from v2/;
    expect(await refusals.faults({ send, code: 'from-not-live', says })).toEqual([]);
  });

  it('is refused as a rollback to the version that is live', async () => {
    const send = rollBack({ to: 2 });
    expect(await refusals.faults({ send, code: 'already-live', says: /points at v2 already/ })).toEqual([]);
  });

  it.each(['from', 'to'])('is refused as a rollback whose %s is no version', async (field) => {
    for (const value of [null, 0, 'latest', 1.5, [2], 2 ** 31]) {
      const send = rollBack({ [field]: value });
      const says = /must be a version number such as 184 or v184/;
      expect(await refusals.faults({ send, code: 'invalid-request', field, value, says })).toEqual([]);
    }
  });

  it.each([-1, 1.5, '60', null, 90 * 86_400 + 1])('is refused as a soak window of %j', async (soakSeconds) => {
    const send = (agent: Agent) => agent.patch(ALIAS).send({ soakSeconds, reason });
    const bad = { code: 'invalid-request', field: 'soakSeconds', value: soakSeconds } as const;
    expect(await refusals.faults({ send, ...bad, says: /whole number from 0 to 7776000/ })).toEqual([]);
  });

  it.each<[string, string, RegExp, (agent: Agent) => ReturnType<Agent['delete']>]>([
    ['a model that aliases point at', 'model-in-use', /production → v2/, (a) => a.delete('/v1/models/fraud')],
    ['the live version', 'version-in-use', /by production/, (a) => a.delete('/v1/models/fraud/versions/2')],
    [
      'the rollback target',
      'version-in-use',
      /by rollback-target, staging/,
      (a) => a.delete('/v1/models/fraud/versions/1'),
    ],
    ['a version that nothing points at', 'version-immutable', /stays/, (a) => a.delete('/v1/models/fraud/versions/4')],
    ['a model that exists, made again', 'model-exists', /PATCH/, (a) => a.post('/v1/models').send({ model: 'fraud' })],
  ])('is refused when it would take away %s', async (_, code, says, send) => {
    expect(await refusals.faults({ send, code: code as 'model-in-use', says })).toEqual([]);
  });
});
