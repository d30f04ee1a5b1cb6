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
): Promise<{ code: number | null; stdout: string; counts: string; failures: string }> {
  await mkdir(join(checkout, '.test'), { recursive: true });
  folder = await mkdtemp(join(checkout, '.test', 'counting-'));
  const config = `export default { test: { ${files['setup.mjs'] ? "globalSetup: ['./setup.mjs']" : ''} } };`;
  for (const [name, text] of Object.entries({ 'vitest.config.mjs': config, ...files }))
    await writeFile(join(folder, name), text);
  const vitest = join(checkout, 'node_modules/.bin/vitest');
  const reporter = join(checkout, 'test/support/count-reporter.ts');
  const env = { ...process.env, TEST_COUNTS: join(folder, 'counts'), TEST_FAILURES: join(folder, 'failures') };
  const args = ['run', '--root', folder, '--reporter', reporter];
  const { status, stdout } = spawnSync(vitest, args, { cwd: folder, env, encoding: 'utf8' });
  const written = (name: string): Promise<string> => readFile(join(folder, name), 'utf8').catch(() => 'none');
  return { code: status, stdout, counts: await written('counts'), failures: await written('failures') };
}

const imports = "import { beforeAll, describe, expect, it } from 'vitest';\n";
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

describe('what failed in a run', () => {
  it('is told by project, file and full name, with what was expected, what came and where; hooks before what they kept from running', async () => {
    const nested = "describe('one', () => { it('is two', () => expect({ n: 1 }).toEqual({ n: 2 })); });\n";
    const broken = "beforeAll(() => { throw new Error('no server'); });\n";
    const { failures } = await runFiles({
      'a.test.mjs': imports + passes + nested,
      'b.test.mjs': imports + broken + passes,
    });
    const blocks = failures.trimEnd().split(/\n(?=\S)/);
    expect(blocks).toHaveLength(3);
    const [[name, message, at, ...difference] = []] = blocks.map((block) => block.split('\n'));
    expect(name).toBe('[] a.test.mjs > one > is two');
    expect(message).toContain('expected { n: 1 } to deeply equal { n: 2 }');
    expect(at).toMatch(/^ {4}at .*a\.test\.mjs:3:\d+$/);
    expect(difference.map((line) => line.trim())).toEqual(expect.arrayContaining(['-   "n": 2,', '+   "n": 1,']));
    expect(blocks[1]).toMatch(/^\[\] b\.test\.mjs\n {4}no server\n/);
    expect(blocks[2]).toBe('[] b.test.mjs > holds\n    did not run');
  });

  it('is shortened, and all after the first six to a line', async () => {
    const long = 'Array.from({ length: 60 }, (_, n) => n)';
    const many = `for (let n = 0; n < 9; n++) it('is no list ' + n, () => expect(${long}).toEqual([]));\n`;
    const { failures } = await runFiles({ 'a.test.mjs': imports + many });
    const blocks = failures.trimEnd().split(/\n(?=\S)/);
    expect(blocks.map((block) => block.split('\n').length)).toEqual([16, 16, 16, 16, 16, 16, 2, 2, 2]);
  });
});
