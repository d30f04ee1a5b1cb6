import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compiledProgram } from '../support/compiled-program.js';
import { testFolder } from '../support/run-folder.js';

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('a process of which a folder holds a thread', () => {
  let [program, folder, pipe, file] = ['', '', '', ''];
  beforeAll(async () => {
    program = await compiledProgram('hanging-program');
    folder = await testFolder('hanging-process');
    // Opening one that nobody writes to hangs, as opening a file of a share does whose server is away.
    pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    file = join(folder, 'file');
    await writeFile(file, 'x');
  });
  const children: ChildProcess[] = [];
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs it until it has asked, does `then` to it, and waits for its end. */
  const ended = async (path: string, how: string, then: NodeJS.Signals | 'typed'): Promise<End> => {
    const child = spawn(process.execPath, [program, path, how]);
    children.push(child);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    await once(child.stdout, 'data');
    const closed = once(child, 'close');
    if (then === 'typed') child.stdin.write('go\n');
    else child.kill(then);
    await closed;
    return { code: child.exitCode, signal: child.signalCode, stdout, stderr };
  };

  it('ends when it is told to, after all else was brought to its end', async () => {
    const { signal, stdout, stderr } = await ended(pipe, 'hangs', 'SIGTERM');
    expect(signal).toBe('SIGKILL');
    expect(stdout).toBe('started\nall else was brought to its end\n');
    expect(stderr).toContain('ended by SIGKILL: folders that do not answer (calls: 1)');
  });

  it('ends where anything ends the process', async () => {
    const { signal, stderr } = await ended(pipe, 'exit', 'typed');
    expect(signal).toBe('SIGKILL');
    expect(stderr).toContain('ended by SIGKILL');
  });

  it('ends where it breaks, and says of what', async () => {
    const { signal, stderr } = await ended(pipe, 'throw', 'typed');
    expect(signal).toBe('SIGKILL');
    expect(stderr).toMatch(/Error: something broke\n +at [^]*ended by SIGKILL/);
  });

  it('ends as ever once the folder has answered', async () => {
    expect(await ended(file, 'answered', 'SIGTERM')).toMatchObject({ code: 0, signal: null });
    const exited = await ended(file, 'exit answered', 'typed');
    expect(exited).toMatchObject({ code: 3, signal: null });
    expect(exited.stderr).not.toContain('SIGKILL');
    const broken = await ended(file, 'answered', 'typed');
    expect(broken).toMatchObject({ code: 1, signal: null });
    expect(broken.stderr.match(/Error: something broke/g)).toHaveLength(1);
  });
});
