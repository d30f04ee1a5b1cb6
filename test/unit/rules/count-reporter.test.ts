import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkout } from '../../support/run-folder.js';

let folder: string;
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs the given files as a vitest project of their own; inside the checkout, where they find vitest. */
async function runFiles(
  files: Record<string, string>,
): Promise<{ code: number | null; stdout: string; counts: string }> {
  await mkdir(join(checkout, '.test'), { recursive: true });
  folder = await mkdtemp(join(checkout, '.test', 'counting-'));
  const config = `export default { test: { ${files['setup.mjs'] ? "globalSetup: ['./setup.mjs']" : ''} } };`;
  for (const [name, text] of Object.entries({ 'vitest.config.mjs': config, ...files }))
    await writeFile(join(folder, name), text);
  const vitest = join(checkout, 'node_modules/.bin/vitest');
  const reporter = join(checkout, 'test/support/count-reporter.ts');
  const env = { ...process.env, TEST_COUNTS: join(folder, 'counts') };
  const args = ['run', '--root', folder, '--reporter', reporter];
  const { status, stdout } = spawnSync(vitest, args, { cwd: folder, env, encoding: 'utf8' });
  return { code: status, stdout, counts: await readFile(join(folder, 'counts'), 'utf8').catch(() => 'none') };
}

const imports = "import { beforeAll, expect, it } from 'vitest';\n";
const passes = "it('holds', () => expect(1).toBe(1));\n";
const fails = "it('does not hold', () => expect(1).toBe(2));\n";

describe('the count of a run', () => {
  it('is its last line, and in the file that asks for it', async () => {
    const { code, stdout, counts } = await runFiles({ 'a.test.mjs': imports + passes + fails });
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('1 passed, 1 failed');
    expect(counts).toBe('1 1\n');
    expect(code).toBe(1);
  });

  it('counts the tests of a file whose beforeAll fails as failed', async () => {
    const broken = "beforeAll(() => { throw new Error('no server'); });\n";
    const { code, counts } = await runFiles({
      'a.test.mjs': imports + broken + passes,
      'b.test.mjs': imports + passes,
    });
    expect(counts).toBe('1 1\n');
    expect(code).toBe(1);
  });

  it('counts a file that cannot be loaded as failed', async () => {
    const { counts } = await runFiles({ 'a.test.mjs': "import './not-there.mjs';\n", 'b.test.mjs': imports + passes });
    expect(counts).toBe('1 1\n');
  });

  it('counts an error outside every test as failed', async () => {
    const stray = "it('leaves a promise behind', () => { void Promise.reject(new Error('stray')); });\n";
    const { code, counts } = await runFiles({ 'a.test.mjs': imports + stray });
    expect(counts).toBe('1 1\n');
    expect(code).toBe(1);
  });

  it('passes nothing where the servers of a run do not start', async () => {
    const setup = "export default () => { throw new Error('no database'); };\n";
    const { code, counts } = await runFiles({ 'setup.mjs': setup, 'a.test.mjs': imports + passes });
    expect(counts).toMatch(/^(none|0 \d+\n)$/);
    expect(code).toBe(1);
  });
});
