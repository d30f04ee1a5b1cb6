import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions } from '../../support/registering.js';

describe('vouching for a version and setting the soak window', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  const at = (model: string, rest = '') => `/v1/models/${model}/aliases/production${rest}`;
  const alias = async (model: string) => (await api.as('ana').get(at(model)).expect(200)).body;
  const declare = (model: string, version: number) =>
    api.as('ana').post(at(model, '/known-good')).send({ version, reason: 'served for a year before' });
  const soak = (model: string, soakSeconds: number) =>
    api.as('ana').patch(at(model)).send({ soakSeconds, reason: 'another window' });

  it('makes a declared version the proven target, before one that only served more recently', async () => {
    await registerVersions(api, 'declared', 3);
    await promote(api, 'declared', 1);
    expect((await alias('declared')).knownGood).toBe(false);
    const { body } = await declare('declared', 1).expect(200);
    expect(body).toMatchObject({ version: 1, knownGood: true, reason: 'served for a year before' });
    await promote(api, 'declared', 2);
    await promote(api, 'declared', 3);
    expect((await alias('declared')).rollbackTarget).toEqual({ version: 1, proven: true });
  });

  it('retargets at once when a version that no longer serves is declared known good', async () => {
    await registerVersions(api, 'later', 3);
    for (const version of [1, 2, 3]) await promote(api, 'later', version);
    expect((await alias('later')).rollbackTarget).toEqual({ version: 2, proven: false });
    await declare('later', 1).expect(200);
    expect((await alias('later')).rollbackTarget).toEqual({ version: 1, proven: true });
    const { body } = await api.as('ana').get(at('later', '/resolve')).expect(200);
    expect(body.keepWarm.map((record: { version: number }) => record.version)).toEqual([1]);
  });

  it('does not take the word of an operator for a version that never served or is rejected', async () => {
    await registerVersions(api, 'never', 3);
    await promote(api, 'never', 1);
    await promote(api, 'never', 2);
    expect((await declare('never', 3).expect(409)).body.code).toBe('version-not-served');
    await api.as('ana').post(at('never', '/rollback')).send({ reason: 'bad' }).expect(200);
    expect((await declare('never', 2).expect(409)).body.code).toBe('version-not-served');
  });

  it('counts a shorter soak window for the live version at once', async () => {
    await registerVersions(api, 'shorter', 2);
    await promote(api, 'shorter', 1);
    const { body } = await soak('shorter', 0).expect(200);
    expect(body).toMatchObject({ soakSeconds: 0, knownGood: true });
    await promote(api, 'shorter', 2);
    expect((await alias('shorter')).rollbackTarget).toEqual({ version: 1, proven: true });
  });

  it('takes nothing away when the soak window grows after a version has soaked', async () => {
    await registerVersions(api, 'longer', 2);
    await promote(api, 'longer', 1);
    await soak('longer', 0).expect(200);
    const { body } = await soak('longer', 86_400).expect(200);
    expect(body).toMatchObject({ soakSeconds: 86_400, knownGood: true });
    await promote(api, 'longer', 2);
    expect((await alias('longer')).rollbackTarget).toEqual({ version: 1, proven: true });
  });

  it('writes both into the history, with who and why', async () => {
    const { body } = await api.as('ana').get(at('longer', '/history')).expect(200);
    expect(body.items[1]).toMatchObject({
      action: 'configure',
      from: 1,
      to: 1,
      about: { soakSeconds: 86_400 },
      actor: 'ana',
      reason: 'another window',
    });
    const { body: declared } = await api.as('ana').get(at('later', '/history')).expect(200);
    expect(declared.items[0]).toMatchObject({ action: 'declare', from: 3, to: 3, about: { version: 1 } });
  });
});
