import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckView } from '../../../src/contract/views.js';
import { startApi, type TestApi } from '../../support/api.js';
import { promote } from '../../support/registering.js';
import { digestOf } from './artifact-calls.js';
import { itemOf, POLL } from './readiness-walk.js';

const BYTES = Buffer.from('hello model');
const OTHER = `sha256:${'5'.repeat(64)}`;

describe('two serving controllers of which one drifts', () => {
  let api: TestApi;
  let recorded: Record<number, string>;
  beforeAll(async () => {
    api = await startApi();
    const folder = join(api.dataDir, 'artifacts');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'model.onnx'), BYTES);
    const uri = pathToFileURL(join(folder, 'model.onnx')).href;
    recorded = {};
    for (const version of [1, 2]) {
      const artifacts = [{ uri, digest: digestOf(BYTES), size: BYTES.length }];
      const record = { createModel: true, artifacts, serving: { version } };
      const { body } = await api.as('pipeline').post('/v1/models/fraud/versions').send(record).expect(201);
      recorded[version] = body.configDigest;
      await promote(api, 'fraud', version);
    }
  });
  afterAll(() => api.close());

  const report = (controller: string, version: number, configDigest?: string) =>
    api
      .as(controller)
      .put(`/v1/models/fraud/aliases/production/reports/${controller}`)
      .send({ version, revision: version, configDigest, readyReplicas: 1, replicas: 1 });
  const config = () => itemOf(api, 'fraud', 'config');

  it('fail the readiness line, are told apart, recover, and leave all of it in the history', async () => {
    await report('blue', 2, recorded[2]).expect(200);
    await report('green', 2, recorded[2]).expect(200);
    await expect.poll(config, POLL).toMatchObject({ state: 'pass', expected: 2 });
    await report('green', 2, OTHER).expect(200);
    const subjects = [{ subject: 'production/green', found: 'changed' }];
    await expect.poll(config, POLL).toMatchObject({ state: 'fail', expected: 2, failing: 1, subjects });
    await report('green', 2, recorded[2]).expect(200);
    await expect.poll(config, POLL).toMatchObject({ state: 'pass', expected: 2 });
    const history = await api.as('ana').get('/v1/models/fraud/versions/2/checks/history?kind=config').expect(200);
    const seen = (history.body.items as CheckView[]).filter(({ subject }) => subject === 'production/green');
    expect(seen.map(({ state }) => state)).toEqual(['present', 'changed', 'present']);
    expect(seen[1]?.evidence).toMatchObject({ reported: OTHER, recorded: recorded[2] });
  });

  it('are refused a report without a digest, which changes nothing', async () => {
    await report('blue', 2, recorded[2]).expect(200);
    const { body } = await report('green', 2).expect(400);
    expect(body.errors).toMatchObject([{ field: 'configDigest' }]);
    expect(await config()).toMatchObject({ state: 'pass', expected: 2 });
  });

  it('are unknown, whatever was seen before, once one says that it serves another version than the live one', async () => {
    await report('blue', 2, recorded[2]).expect(200);
    await report('green', 1, recorded[1]).expect(200);
    await expect.poll(config, POLL).toMatchObject({ state: 'unknown', expected: 2, unknown: 1, failing: 0 });
    await report('green', 2, recorded[2]).expect(200);
    await expect.poll(config, POLL).toMatchObject({ state: 'pass', expected: 2 });
  });
});
