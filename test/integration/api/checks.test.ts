import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckView } from '../../../src/contract/views.js';
import { startApi, type TestApi } from '../../support/api.js';
import { promote } from '../../support/registering.js';
import { digestOf } from './artifact-calls.js';

const BYTES = Buffer.from('hello model');
const POLL = { timeout: 60_000, interval: 50 };

describe('the checks of a version', () => {
  let api: TestApi;
  let folder: string;
  beforeAll(async () => {
    api = await startApi({ jobs: true });
    folder = join(api.dataDir, 'artifacts', 'models');
    await mkdir(folder, { recursive: true });
  });
  afterAll(() => api.close());

  const uriOf = (name: string) => pathToFileURL(join(folder, name)).href;
  const register = async (model: string, names: string[]) => {
    const artifacts = names.map((name) => ({ uri: uriOf(name), digest: digestOf(BYTES), size: BYTES.length }));
    const { body } = await api
      .as('ana')
      .post(`/v1/models/${model}/versions`)
      .send({ createModel: true, artifacts, serving: { names } });
    return body.version as number;
  };
  const checks = async (model: string, version: number) => {
    const { body } = await api.as('ana').get(`/v1/models/${model}/versions/${version}/checks`).expect(200);
    // What reading the bytes shows stands under the same URI, and comes in its own time.
    return (body.items as CheckView[]).filter(({ kind }) => kind === 'artifact' || kind === 'image');
  };
  const states = async (model: string, version: number) =>
    Object.fromEntries((await checks(model, version)).map(({ subject, state }) => [subject.split('/').at(-1), state]));

  it('find out soon after it is registered whether each file is there, and of the right size', async () => {
    await writeFile(join(folder, 'there.onnx'), BYTES);
    await writeFile(join(folder, 'grown.onnx'), Buffer.concat([BYTES, BYTES]));
    const names = ['there.onnx', 'grown.onnx', 'nowhere.onnx'];
    expect(await register('fresh', names)).toBe(1);
    const wanted = {
      'there.onnx': 'present',
      'grown.onnx': 'changed',
      'nowhere.onnx': 'missing',
    };
    await expect.poll(() => states('fresh', 1), POLL).toEqual(wanted);
  });

  it('carry the evidence: what was seen, what was expected, and when', async () => {
    const found = await checks('fresh', 1);
    const of = (name: string) => found.find(({ subject }) => subject === uriOf(name));
    const expected = { size: BYTES.length, digest: digestOf(BYTES) };
    expect(of('there.onnx')).toMatchObject({ version: 1, evidence: { size: 11, expected } });
    expect(of('grown.onnx')).toMatchObject({ evidence: { size: 22, expected } });
    expect(of('nowhere.onnx')?.evidence['said']).toEqual(expect.any(String));
    for (const { observedAt, durationMs } of found) {
      expect(new Date(observedAt).toISOString()).toBe(observedAt);
      expect(durationMs).toBeGreaterThanOrEqual(0);
    }
  });

  it('are made anew for the new live version and the new rollback target after each move, and the newest counts', async () => {
    for (const name of ['one.onnx', 'two.onnx']) {
      await writeFile(join(folder, name), BYTES);
      await register('moved', [name]);
    }
    await expect.poll(() => states('moved', 1), POLL).toEqual({ 'one.onnx': 'present' });
    await expect.poll(() => states('moved', 2), POLL).toEqual({ 'two.onnx': 'present' });
    await promote(api, 'moved', 1);
    await truncate(join(folder, 'one.onnx'), 3);
    await rm(join(folder, 'two.onnx'));
    await promote(api, 'moved', 2);
    await expect.poll(() => states('moved', 2), POLL).toEqual({ 'two.onnx': 'missing' });
    await expect.poll(() => states('moved', 1), POLL).toEqual({ 'one.onnx': 'changed' });
    await writeFile(join(folder, 'one.onnx'), BYTES);
    await api
      .as('ben')
      .post('/v1/models/moved/aliases/production/rollback')
      .send({ from: 2, reason: 'gone' })
      .expect(200);
    await expect.poll(() => states('moved', 1), POLL).toEqual({ 'one.onnx': 'present' });
  });

  it('do not follow a link that has been laid out of the served folders since', async () => {
    await writeFile(join(folder, 'linked.onnx'), BYTES);
    await register('linked', ['linked.onnx']);
    await expect.poll(() => states('linked', 1), POLL).toEqual({ 'linked.onnx': 'present' });
    await rm(join(folder, 'linked.onnx'));
    await symlink('/etc/hostname', join(folder, 'linked.onnx'));
    await promote(api, 'linked', 1);
    await expect.poll(() => states('linked', 1), POLL).toEqual({ 'linked.onnx': 'unsupported' });
    expect((await checks('linked', 1))[0]?.evidence).toMatchObject({ code: 'outside-roots' });
  });

  it('never hold up a move: it is answered before anything is looked at', async () => {
    await register('ghost', ['ghost.onnx']);
    expect(await promote(api, 'ghost', 1)).toMatchObject({ version: 1 });
    await expect.poll(() => states('ghost', 1), POLL).toEqual({ 'ghost.onnx': 'missing' });
  });

  it('say of an image that no registry may be asked, and none are shown of what is not there', async () => {
    const image = `registry.example/server@sha256:${'5'.repeat(64)}`;
    await api.as('ana').post('/v1/models/image/versions').send({ createModel: true, artifacts: [], image }).expect(201);
    const evidence = {
      code: 'host-not-allowed',
      said: expect.stringContaining('no registry is among the allowed hosts'),
    };
    await expect
      .poll(() => checks('image', 1), POLL)
      .toMatchObject([{ subject: image, state: 'unsupported', evidence }]);
    const { body } = await api.as('ana').get('/v1/models/image/versions/2/checks').expect(404);
    expect(body.code).toBe('version-not-found');
    await api.as('ana').get('/v1/models/nowhere/versions/1/checks').expect(404);
  });

  it('look at every file of a version of many', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `part-${String(index).padStart(2, '0')}.bin`);
    for (const name of names.slice(0, 20)) await writeFile(join(folder, name), BYTES);
    await register('many', names);
    const wanted = names.map((name, index) => [name, index < 20 ? 'present' : 'missing']);
    await expect.poll(() => states('many', 1), POLL).toEqual(Object.fromEntries(wanted));
  });
});
