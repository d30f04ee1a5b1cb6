import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { versionFromFlags } from '../../../src/cli/version-flags.js';

it('builds the record from the flags and leaves out what was not said', async () => {
  const version = await versionFromFlags({
    image: 'registry.example/a@sha256:00',
    env: ['THRESHOLD=0.5', 'FLAGS=a=b', 'EMPTY='],
    secret: ['TOKEN=k8s://serving/fraud#token'],
    serving: '{"batch": 8}',
    label: ['team=risk'],
    metric: ['auc=0.93', 'loss=1e-3'],
    commit: '1f2e3d',
    createModel: true,
  });
  expect(version).toEqual({
    image: 'registry.example/a@sha256:00',
    env: { THRESHOLD: '0.5', FLAGS: 'a=b', EMPTY: '', TOKEN: { secretRef: 'k8s://serving/fraud#token' } },
    serving: { batch: 8 },
    source: { commit: '1f2e3d' },
    labels: { team: 'risk' },
    metrics: { auc: 0.93, loss: 0.001 },
    createModel: true,
  });
  expect(JSON.stringify(await versionFromFlags({}))).toBe('{}');
});

it('reads serving config from a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'serving-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'serving.json');
  await writeFile(file, '{"inputs": 3}');
  expect((await versionFromFlags({ serving: file })).serving).toEqual({ inputs: 3 });
  await writeFile(file, '[1]');
  await expect(versionFromFlags({ serving: file })).rejects.toThrow(/serving\.json must be a JSON object/);
});

it.each([
  [{ env: ['A'] }, /--env "A" must be a name, = and a value, such as --env THRESHOLD=0.5/],
  [{ env: ['=1'] }, /--env "=1" must be/],
  [{ env: ['A=1', 'A=2'] }, /--env A is given twice/],
  [{ env: ['A=1'], secret: ['A=k8s://b'] }, /--env A and --secret A name the same variable/],
  [{ metric: ['auc=high'] }, /--metric auc=high must be a number/],
  [{ metric: ['auc='] }, /--metric auc= must be a number/],
  [{ metric: ['auc=Infinity'] }, /must be a number/],
  [{ serving: '{"a": }' }, /--serving is not JSON: /],
  [{ serving: 'missing.json' }, /must be JSON or a file that holds it; missing.json cannot be read: ENOENT/],
])('refuses %j', async (flags, message) => {
  await expect(versionFromFlags(flags)).rejects.toMatchObject({ exitCode: 2, detail: expect.stringMatching(message) });
});
