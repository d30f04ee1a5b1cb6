import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkout } from '../../support/run-folder.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lastgood-test-script-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
  await chmod(join(folder, path), mode);
}

/**
 * A checkout in which everything is installed and each step is one line of shell. The tests' line sees its project in $4.
 * npm is one too: the script starts it ten times over, and each real start is a quarter of a second of processor time.
 */
async function layOut(steps: Record<string, string>, vitest: string): Promise<void> {
  await cp(join(checkout, 'scripts/test'), join(folder, 'scripts/test'));
  const cases = Object.entries(steps).map(([name, shell]) => `${name}) ${shell} ;;`);
  await write(
    'bin/npm',
    `#!/usr/bin/env bash\n[[ $1 == run ]] || exit 0\ncase $3 in ${cases.join('\n')} esac\n`,
    0o755,
  );
  await write('bin/npx', `#!/usr/bin/env bash\n${vitest}\n`, 0o755);
  for (const place of ['.', 'examples/voice-activity']) {
    await write(`${place}/package-lock.json`, '{}');
    await write(`${place}/node_modules/.quickstart-lock`, '{}');
  }
}

async function runScript(during?: (pid: number) => Promise<void>): Promise<{ code: number | null; lines: string[] }> {
  const { npm_config_cache: _ours, ...inherited } = process.env;
  const env = { ...inherited, PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
  const child = spawn(join(folder, 'scripts/test'), { cwd: tmpdir(), env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const closed = once(child, 'close');
  await during?.(child.pid ?? 0);
  await closed;
  return { code: child.exitCode, lines: output.trimEnd().split('\n') };
}

/** The process that the interrupted stage leaves in a session of its own; 0 until it does. */
const sleeper = async (): Promise<number> => Number(await readFile(join(folder, 'sleeper'), 'utf8').catch(() => 0));

/** Not gone, nor only waiting for init to take note of its end. */
function isRunning(pid: number): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}

describe('scripts/test', () => {
  it('ends with the count of everything, each step that is no test run as one, and names no failure', async () => {
    await layOut({}, 'echo "3 0" > "$TEST_COUNTS"');
    const { code, lines } = await runScript();
    expect(lines.at(-1)).toBe('23 passed, 0 failed');
    expect(lines).not.toContain('=== what failed');
    expect(code).toBe(0);
  });

  it('goes on after a step that failed, and fails in the end', async () => {
    await layOut({ lint: 'exit 1' }, 'echo "3 0" > "$TEST_COUNTS"');
    const { code, lines } = await runScript();
    expect(lines.at(-1)).toBe('22 passed, 1 failed');
    expect(lines.filter((line) => /^ {2}.* FAILED/.test(line))).toEqual([expect.stringMatching(/^ {2}lint .*FAILED$/)]);
    expect(code).toBe(1);
  });

  it('says at its end what failed: the failed tests, and the end of what another step printed', async () => {
    const noted =
      'printf "[unit] a.test.ts > adds\\n    expected 1\\n" > "$TEST_FAILURES"; echo "2 1" > "$TEST_COUNTS"; exit 1';
    const vitest = `case $4 in unit) ${noted} ;; stores) echo 'no server'; exit 1 ;; esac; echo "3 0" > "$TEST_COUNTS"`;
    await layOut({ lint: "printf '\\033[31mfoo.ts is wrong\\033[0m\\n'; exit 1" }, vitest);
    const { lines } = await runScript();
    const said = lines.slice(lines.indexOf('=== what failed') + 1);
    const until = said.findIndex((line) => /^ {2}tools /.test(line));
    expect(said.slice(0, until).filter((line) => line !== '')).toEqual([
      '--- lint FAILED',
      'foo.ts is wrong',
      '--- unit tests FAILED',
      '[unit] a.test.ts > adds',
      '    expected 1',
      '--- store tests FAILED',
      'no server',
    ]);
    expect(lines.at(-1)).toBe('18 passed, 3 failed');
  });

  it('counts failed tests, and says of many no more than the end of a log has room for', async () => {
    await layOut({}, 'seq 1000 > "$TEST_FAILURES"; echo "2 5" > "$TEST_COUNTS"; exit 1');
    const { code, lines } = await runScript();
    const tail = lines.slice(lines.indexOf('=== what failed'));
    expect(tail.length).toBeLessThan(150);
    for (const name of ['unit', 'end-to-end']) expect(tail).toContain(`--- ${name} tests FAILED`);
    expect(tail).toContain('  … and 979 more lines');
    expect(lines.at(-1)).toBe('18 passed, 25 failed');
    expect(code).toBe(1);
  });

  it('counts a test run that ran nothing, or broke without a failed test, as failed', async () => {
    const vitest = 'case $4 in unit) exit 1 ;; stores) exit 0 ;; e2e) echo "3 0" > "$TEST_COUNTS"; exit 1 ;; esac';
    await layOut({}, `${vitest}; echo "3 0" > "$TEST_COUNTS"`);
    const { code, lines } = await runScript();
    expect(lines.at(-1)).toBe('17 passed, 3 failed');
    expect(code).toBe(1);
  });

  it('tells the tests that they are counted, and keeps the cache of npm inside the checkout', async () => {
    await layOut({}, 'echo "CI=$CI cache=$npm_config_cache"; echo "1 0" > "$TEST_COUNTS"');
    const { lines } = await runScript();
    expect(lines).toContain(`CI=true cache=${join(folder, '.lastgood/npm-cache')}`);
  });

  it('leaves no process behind when it is interrupted', async () => {
    await layOut({}, 'setsid sleep 600 & echo $! > sleeper; wait');
    const { code, lines } = await runScript(async (pid) => {
      while ((await sleeper()) === 0) await sleep(20);
      process.kill(pid, 'SIGTERM');
    });
    const left = await sleeper();
    expect(isRunning(left)).toBe(false);
    expect(lines.at(-1)).toBe('8 passed, 1 failed');
    expect(code).toBe(1);
  });
});
