import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions } from '../../support/registering.js';
import { RegistryRows } from './registry-rows.js';

const HOUR = 3600;

describe('the rollback target', () => {
  let api: TestApi;
  let rows: RegistryRows;
  beforeAll(async () => {
    api = await startApi({ env: { LASTGOOD_SOAK_WINDOW_SECONDS: String(HOUR) } });
    rows = await RegistryRows.of(api.databaseUrl);
  });
  afterAll(async () => {
    await rows.close();
    await api.close();
  });

  const at = (model: string, rest = '') => `/v1/models/${model}/aliases/production${rest}`;
  const show = async (model: string) => (await api.as('ana').get(at(model)).expect(200)).body;
  const target = async (model: string) => (await show(model)).rollbackTarget;
  const rollBack = async (model: string, from: number, to?: number) =>
    (await api.as('ben').post(at(model, '/rollback')).send({ from, to, reason: 'errors' }).expect(200)).body;
  /** Serves versions one after the other, each for so many seconds. */
  const serve = async (model: string, services: [version: number, seconds: number][]) => {
    for (const [version, seconds] of services) {
      await promote(api, model, version);
      await rows.age(model, 'production', seconds);
    }
  };

  it('is the version that soaked, not the one between that was replaced early', async () => {
    await registerVersions(api, 'guide', 3);
    await serve('guide', [
      [1, HOUR],
      [2, HOUR - 60],
      [3, 0],
    ]);
    expect(await target('guide')).toEqual({ version: 1, proven: true });
    expect(await rollBack('guide', 3)).toMatchObject({ from: 3, to: 1, proven: true });
  });

  it('is unproven while nothing soaked: the newest that served', async () => {
    await registerVersions(api, 'young', 3);
    await serve('young', [
      [1, 60],
      [2, 60],
      [3, 60],
    ]);
    expect(await target('young')).toEqual({ version: 2, proven: false });
    expect(await rollBack('young', 3)).toMatchObject({ to: 2, proven: false });
  });

  it('is the one that soaked last when several have', async () => {
    await registerVersions(api, 'several', 4);
    await serve('several', [
      [1, HOUR],
      [2, HOUR],
      [3, HOUR],
      [1, 0],
      [4, 0],
    ]);
    expect(await target('several')).toEqual({ version: 1, proven: true });
    await rollBack('several', 4);
    expect(await target('several')).toEqual({ version: 3, proven: true });
  });

  it('keeps what it earned when it serves again for a moment', async () => {
    await registerVersions(api, 'again', 3);
    await serve('again', [
      [1, HOUR],
      [2, 0],
      [1, 0],
      [3, 0],
    ]);
    expect(await target('again')).toEqual({ version: 1, proven: true });
  });

  it('loses what it earned when it is rolled back itself, even after it is cleared', async () => {
    await registerVersions(api, 'fallen', 4);
    await serve('fallen', [
      [1, HOUR],
      [2, HOUR],
      [3, 0],
    ]);
    await rollBack('fallen', 3);
    await rollBack('fallen', 2);
    expect(await show('fallen')).toMatchObject({ version: 1, rejected: [2, 3], rollbackTarget: null });
    const { body } = await api
      .as('ana')
      .post(at('fallen', '/clear'))
      .send({ version: 2, reason: 'not its fault' })
      .expect(200);
    expect(body.rollbackTarget).toEqual({ version: 2, proven: false });
    await serve('fallen', [
      [2, HOUR],
      [4, 0],
    ]);
    expect(await target('fallen')).toEqual({ version: 2, proven: true });
  });

  it('is never a rejected version, not even when nothing else is left', async () => {
    await registerVersions(api, 'alone', 2);
    await serve('alone', [
      [1, HOUR],
      [2, 0],
    ]);
    await rollBack('alone', 2);
    expect(await show('alone')).toMatchObject({ version: 1, rollbackTarget: null });
    await api.as('ben').post(at('alone', '/rollback')).send({ reason: 'again' }).expect(409);
    expect(await rollBack('alone', 1, 2)).toMatchObject({ from: 1, to: 2, proven: false });
    expect(await show('alone')).toMatchObject({ version: 2, rejected: [1, 2], rollbackTarget: null });
    // However long it serves by the operator's word: what was rejected is not known good until somebody clears it.
    await api.as('ben').patch(at('alone', '')).send({ soakSeconds: 0, reason: 'no need to wait' }).expect(200);
    expect(await show('alone')).toMatchObject({ version: 2, knownGood: false });
  });

  it('follows in the paired alias, with a line of history for each step', async () => {
    await registerVersions(api, 'paired', 3);
    await serve('paired', [
      [1, HOUR],
      [2, 0],
      [3, 0],
    ]);
    await rollBack('paired', 3);
    const { body } = await api.as('ana').get('/v1/models/paired/aliases/rollback-target').expect(200);
    expect(body).toMatchObject({
      version: 2,
      soakEndsAt: null,
      rollbackTarget: null,
      changedBy: 'ben',
      reason: 'errors',
    });
    const lines = (await api.as('ana').get('/v1/models/paired/aliases/rollback-target/history').expect(200)).body.items;
    expect(lines.map(({ action, from, to }: Record<string, unknown>) => [action, from, to])).toEqual([
      ['retarget', 1, 2],
      ['retarget', null, 1],
    ]);
    const [moved] = (await api.as('ana').get(at('paired', '/history')).expect(200)).body.items;
    expect(lines[0].revision).toBe(moved.revision - 1);
    expect(lines[0].at).toBe(moved.at);
  });

  it('is what serving controllers are told to keep warm', async () => {
    await registerVersions(api, 'warm', 2);
    await serve('warm', [
      [1, HOUR],
      [2, 0],
    ]);
    const { body } = await api.as('ana').get(at('warm', '/resolve')).expect(200);
    expect(body.keepWarm.map(({ version }: { version: number }) => version)).toEqual([1]);
    await rollBack('warm', 2);
    expect((await api.as('ana').get(at('warm', '/resolve')).expect(200)).body.keepWarm).toEqual([]);
  });

  it('is each alias its own', async () => {
    await registerVersions(api, 'own', 3);
    await serve('own', [
      [1, HOUR],
      [2, 0],
    ]);
    await promote(api, 'own', 3, 'eu');
    await promote(api, 'own', 2, 'eu');
    expect(await target('own')).toEqual({ version: 1, proven: true });
    const { body } = await api.as('ana').get('/v1/models/own/aliases/eu').expect(200);
    expect(body.rollbackTarget).toEqual({ version: 3, proven: false });
    const paired = await api.as('ana').get('/v1/models/own/aliases/eu-rollback-target').expect(200);
    expect(paired.body.version).toBe(3);
  });
});

describe('a soak window of no length', () => {
  it('makes every version known good that has served at all', async () => {
    const api = await startApi({ env: { LASTGOOD_SOAK_WINDOW_SECONDS: '0' } });
    await registerVersions(api, 'instant', 3);
    for (const version of [1, 2, 3]) await promote(api, 'instant', version);
    const { body } = await api.as('ana').get('/v1/models/instant/aliases/production').expect(200);
    expect(body).toMatchObject({ knownGood: true, rollbackTarget: { version: 2, proven: true } });
    expect(body.soakEndsAt).toBe(body.liveSince);
    await api.close();
  });
});
