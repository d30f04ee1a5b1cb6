import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runLastgood, startLastgood, type ListeningProcess, type ProcessEnd } from '../../support/processes.js';
import { testFolder } from '../../support/run-folder.js';

let registry: ListeningProcess;
let folder: string;
beforeAll(async () => {
  folder = await testFolder('cli');
  registry = await startLastgood(['up', '--port', '0', '--data', join(folder, 'data')]);
});
afterAll(async () => {
  await registry.end();
});

const lastgood = (...args: string[]): Promise<ProcessEnd> =>
  runLastgood(args, { env: { LASTGOOD_URL: registry.url, LASTGOOD_ACTOR: 'ana' }, cwd: folder });

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout, stderr, code } = await lastgood(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const document: Record<string, unknown> = JSON.parse(stdout);
  return document;
}

describe('the built program', () => {
  it('walks from a file on disk to a rollback', async () => {
    for (const seed of ['one', 'two']) {
      await writeFile(join(folder, `${seed}.onnx`), `weights ${seed}`);
      expect(await json('register', 'va', '--create-model', '--upload', `${seed}.onnx`)).toMatchObject({
        created: true,
      });
    }
    await json('promote', 'va', 'v1', '--reason', 'first');
    await json('promote', 'va', 'v2', '--reason', 'second');
    expect(await json('rollback', 'va', '--reason', 'worse', '--yes')).toMatchObject({ from: 2, to: 1, actor: 'ana' });
    expect(await json('resolve', 'va')).toMatchObject({ version: 1, source: 'registry' });
    expect(await json('history', 'va')).toMatchObject({ items: [{ action: 'rollback' }, { to: 2 }, { to: 1 }] });
  });

  it('prints tables without colour into a pipe', async () => {
    const { stdout, code } = await lastgood('models');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^MODEL +LATEST/);
    expect(stdout).not.toContain('\u001B');
  });

  it('does not roll back without --yes where nobody can be asked', async () => {
    const { code, stdout, stderr } = await lastgood('rollback', 'va', '--reason', 'again');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Add --yes');
  });

  it.each([
    [0, ['--version']],
    [0, ['--help']],
    [0, ['help', 'rollback']],
    [2, ['rolback']],
    [2, ['promote', 'va', 'newest', '--reason', 'x']],
    [3, ['clear', 'va', 'v1', '--reason', 'not rejected']],
    [4, ['show', 'nobody']],
    [5, ['promote', 'va', 'v1', '--reason', 'x', '--if-revision', '0']],
    [6, ['models', '--url', 'http://127.0.0.1:1']],
  ])('ends with %i for %j', async (code, args) => {
    expect((await lastgood(...args)).code).toBe(code);
  });
});
