import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote } from '../../support/registering.js';
import { digestOf } from './artifact-calls.js';
import { age, itemOf, POLL, readinessOf, see, untilNobodyLooks, untilVerdict } from './readiness-walk.js';

const BYTES = Buffer.from('hello model');

describe('the readiness of an alias', () => {
  let api: TestApi;
  let folder: string;
  beforeAll(async () => {
    api = await startApi({ jobs: true });
    folder = join(api.dataDir, 'artifacts', 'models');
    await mkdir(folder, { recursive: true });
  });
  afterAll(() => api.close());

  const fileOf = (model: string, version: number) => join(folder, `${model}-${version}.onnx`);
  const uriOf = (model: string, version: number) => pathToFileURL(fileOf(model, version)).href;

  /** A model with v1 and then v2 live under production; the bytes of v1 have been read. */
  async function served(model: string, extra: object = {}): Promise<void> {
    for (const version of [1, 2]) {
      await writeFile(fileOf(model, version), BYTES);
      const artifact = { uri: uriOf(model, version), digest: digestOf(BYTES), size: BYTES.length };
      const record = { createModel: true, artifacts: [artifact], serving: { version }, ...extra };
      await api.as('pipeline').post(`/v1/models/${model}/versions`).send(record).expect(201);
      await promote(api, model, version);
    }
    await see(api, model, { version: 1, kind: 'content', subject: uriOf(model, 1) });
  }
  /** A move has both its ends looked at anew. */
  const lookAgain = (model: string) => promote(api, model, 1, `look-${(looks += 1)}`);
  let looks = 0;
  const report = (model: string, controller: string, version: number, revision: number, configDigest: string) =>
    api
      .as(controller)
      .put(`/v1/models/${model}/aliases/production/reports/${controller}`)
      .send({ version, revision, configDigest, readyReplicas: 1, replicas: 1 })
      .expect(200);

  it('is ready once everything that its target needs was looked at', async () => {
    await served('well');
    const view = await untilVerdict(api, 'well', 'ready');
    expect(view).toMatchObject({ live: 2, target: { version: 1, proven: false } });
    expect(view.checklist.map(({ name, state }) => `${state} ${name}`)).toEqual([
      'warn rollback-target',
      'pass artifacts',
      'pass content',
      'pass image',
      'pass env',
      'warn config',
      'pass pins',
    ]);
    expect(view.checklist[1]).toMatchObject({ expected: 1, failing: 0, unknown: 0, maxAgeSeconds: 900, subjects: [] });
    expect(Date.parse(view.checkedAt)).toBeGreaterThanOrEqual(Date.parse(view.checklist[1]?.oldestObservedAt ?? ''));
  });

  it('is not ready once an artifact is gone, names it, and is ready again when it is back', async () => {
    await served('gone');
    await untilVerdict(api, 'gone', 'ready');
    await rm(fileOf('gone', 1));
    await lookAgain('gone');
    // The reading of the bytes, which the first move asked for, may have found it first.
    const artifacts = async () =>
      (await untilVerdict(api, 'gone', 'not-ready')).checklist.find(({ name }) => name === 'artifacts');
    await expect.poll(artifacts, { timeout: 60_000 }).toMatchObject({
      state: 'fail',
      text: 'the artifact of v1 is missing',
      next: expect.stringContaining('Put the recorded bytes back'),
      subjects: [{ subject: uriOf('gone', 1), found: 'missing', evidence: { said: expect.any(String) } }],
    });
    await writeFile(fileOf('gone', 1), BYTES);
    await lookAgain('gone');
    await untilVerdict(api, 'gone', 'ready');
  });

  it('is unknown while a check is older than three of its intervals, whatever it saw', async () => {
    await served('stale');
    await untilVerdict(api, 'stale', 'ready');
    // A look would make new what is to be old.
    await untilNobodyLooks(api, 'stale');
    await age(api, 'stale', 890);
    expect(await readinessOf(api, 'stale')).toMatchObject({ verdict: 'ready' });
    await age(api, 'stale', 20, 'artifact');
    expect(await readinessOf(api, 'stale')).toMatchObject({ verdict: 'unknown' });
    expect(await itemOf(api, 'stale', 'artifacts')).toMatchObject({
      state: 'unknown',
      text: 'the artifact of v1 was last looked at more than 15 minutes ago',
      subjects: [{ found: 'stale' }],
    });
    await age(api, 'stale', -10_000);
    expect(await itemOf(api, 'stale', 'artifacts')).toMatchObject({ state: 'unknown', subjects: [{ found: 'ahead' }] });
  });

  it('is unknown while bytes have not been read, or a secret has not been looked for', async () => {
    await served('partly', { env: { LEVEL: 'info', TOKEN: { secretRef: 'vault://team/token' } } });
    await see(api, 'partly', { version: 1, kind: 'content', subject: uriOf('partly', 1), state: 'unreachable' });
    expect(await untilVerdict(api, 'partly', 'unknown')).toMatchObject({ verdict: 'unknown' });
    expect(await itemOf(api, 'partly', 'env')).toMatchObject({
      expected: 1,
      unknown: 1,
      subjects: [{ subject: 'TOKEN' }],
    });
    await see(api, 'partly', { version: 1, kind: 'env', subject: 'TOKEN' });
    await see(api, 'partly', { version: 1, kind: 'content', subject: uriOf('partly', 1), state: 'changed' });
    expect(await readinessOf(api, 'partly')).toMatchObject({ verdict: 'not-ready' });
  });

  it('asks for the config of each controller that reports, and of no other', async () => {
    await served('drifting');
    await untilVerdict(api, 'drifting', 'ready');
    const { body: alias } = await api.as('ana').get('/v1/models/drifting/aliases/production').expect(200);
    const { body: version } = await api.as('ana').get('/v1/models/drifting/versions/2').expect(200);
    const config = () => itemOf(api, 'drifting', 'config');
    await see(api, 'drifting', { version: 2, kind: 'config', subject: 'production/silent', state: 'changed' });
    await report('drifting', 'server-1', 2, alias.revision, version.configDigest);
    await expect.poll(config, POLL).toMatchObject({ state: 'pass', expected: 1 });
    await report('drifting', 'server-1', 2, alias.revision, `sha256:${'5'.repeat(64)}`);
    await expect.poll(config, POLL).toMatchObject({
      state: 'fail',
      expected: 1,
      text: 'the controller of v2 serves another config than the recorded one',
    });
    expect(await readinessOf(api, 'drifting')).toMatchObject({ verdict: 'not-ready' });
  });

  it('is not ready without a target, and says so loudly', async () => {
    await writeFile(fileOf('alone', 1), BYTES);
    const artifacts = [{ uri: uriOf('alone', 1), digest: digestOf(BYTES), size: BYTES.length }];
    await api.as('ana').post('/v1/models/alone/versions').send({ createModel: true, artifacts }).expect(201);
    await promote(api, 'alone', 1);
    const view = await readinessOf(api, 'alone');
    expect(view).toMatchObject({ verdict: 'not-ready', live: 1, target: null });
    expect(view.checklist).toMatchObject([{ name: 'rollback-target', state: 'fail' }]);
    expect(view.checklist[0]?.text).toContain('there is NONE');
  });

  it('predicts the recovery from rollbacks whose clock closed, and says when there is none', async () => {
    await served('timed');
    expect((await readinessOf(api, 'timed')).predictedRecovery).toMatchObject({ milliseconds: null, rollbacks: 0 });
    const back = await api.as('ana').post('/v1/models/timed/aliases/production/rollback').send({ reason: 'errors' });
    expect((await readinessOf(api, 'timed')).predictedRecovery).toMatchObject({ milliseconds: null, rollbacks: 0 });
    await report('timed', 'server-1', 1, back.body.revision, digestOf(BYTES));
    const { predictedRecovery } = await readinessOf(api, 'timed');
    expect(predictedRecovery).toMatchObject({ milliseconds: expect.any(Number), rollbacks: 1 });
  });

  it('is only asked for of what can be rolled back', async () => {
    await served('asked');
    const refused = (alias: string, model = 'asked') =>
      api.as('ana').get(`/v1/models/${model}/aliases/${alias}/readiness`);
    expect((await refused('rollback-target').expect(409)).body).toMatchObject({ code: 'alias-paired' });
    expect((await refused('staging').expect(404)).body).toMatchObject({ code: 'alias-not-found' });
    expect((await refused('production', 'nobody').expect(404)).body).toMatchObject({ code: 'model-not-found' });
    await api.as('ana').delete('/v1/models/asked/aliases/production?reason=done').expect(204);
    expect((await refused('production').expect(404)).body).toMatchObject({ code: 'alias-not-found' });
  });
});
