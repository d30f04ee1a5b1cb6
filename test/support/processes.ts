import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, inject } from 'vitest';
import { checkout } from './run-folder.js';

/** How a process ended. */
export interface ProcessEnd {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of the built product. */
export interface ProductProcess {
  readonly pid: number;
  /** All it has printed so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when it ends, and never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Types into it; for a process that was started without `input`. */
  readonly write: (text: string) => void;
  /** Sends a signal and waits for the end. SIGTERM by default. */
  readonly end: (signal?: NodeJS.Signals) => Promise<ProcessEnd>;
}

/** A process that serves. */
export interface ListeningProcess extends ProductProcess {
  /** `http://…` as it printed it. */
  readonly url: string;
}

export interface ProcessOptions {
  /** Added to a clean environment: the caller's settings do not reach the process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** All it can read; without it, its input stays open. */
  readonly input?: string;
  /** How long to wait for the listening line, in milliseconds. */
  readonly patience?: number;
}

/** The built program. */
export const binary = join(checkout, 'dist', 'bin', 'lastgood.js');

const living = new Set<ChildProcess>();
const killAll = (): void => {
  for (const child of living) child.kill('SIGKILL');
};
process.once('exit', killAll);
afterAll(killAll);

function cleanEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG'].map((name) => [name, process.env[name]] as const);
  const cache = ['XDG_CACHE_HOME', join(inject('runFolder'), 'cache')] as const;
  return Object.fromEntries([...kept, cache].flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** Starts the built `lastgood`. It is killed at the end of the test file, whatever happens. */
export function spawnLastgood(args: readonly string[], options: ProcessOptions = {}): ProductProcess {
  const { env = {}, cwd = checkout, input } = options;
  const child = spawn(process.execPath, [binary, ...args], { cwd, env: { ...cleanEnvironment(), ...env } });
  living.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  child.stdin.on('error', () => {}); // it may end before it has read everything
  if (input !== undefined) child.stdin.end(input);
  const watch = async (): Promise<ProcessEnd> => {
    await once(child, 'close');
    living.delete(child);
    return { code: child.exitCode, signal: child.signalCode, stdout, stderr };
  };
  const ended = watch();
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    write: (text) => void child.stdin.write(text),
    end(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** Runs a command of the built `lastgood` to its end. */
export async function runLastgood(args: readonly string[], options: ProcessOptions = {}): Promise<ProcessEnd> {
  return spawnLastgood(args, { input: '', ...options }).ended;
}

/**
 * Starts a command that serves and waits until it says `listening on http://…`.
 *
 * @throws Error with all it printed where it ends or stays silent instead.
 */
export async function startLastgood(args: readonly string[], options: ProcessOptions = {}): Promise<ListeningProcess> {
  const started = spawnLastgood(args, options);
  const { patience = 180_000 } = options;
  let over = false;
  void started.ended.finally(() => (over = true));
  for (const until = Date.now() + patience; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const url = /^listening on (http:\/\/\S+)/m.exec(started.stdout())?.[1];
    if (url !== undefined) return { ...started, url };
    if (!over && Date.now() < until) continue;
    const { stdout, stderr } = await started.end('SIGKILL');
    throw new Error(`lastgood ${args.join(' ')} did not begin to listen:\n${stdout}\n${stderr}`);
  }
}
