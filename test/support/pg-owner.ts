import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { RunAs } from '../../src/platform/database/embedded/run-as.js';
import { spawnAs, waysToRun, whyUnreachable } from '../../src/platform/database/embedded/run-as.js';
import { compiledProgram } from './compiled-program.js';
import { checkout } from './run-folder.js';

/** What the program in `pg-owner-program.ts` says. */
export interface OwnerLine {
  readonly url?: string;
  readonly pid?: number;
  readonly uid?: number;
  readonly refused?: string;
  readonly exit?: string;
}

/** A process that runs an embedded PostgreSQL. */
export interface Owner {
  readonly pid: number;
  /** Its next line; undefined where it ended instead. */
  readonly line: () => Promise<OwnerLine | undefined>;
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
}

/** An ordinary user for tests that run as root: one that every system has, and that may read the checkout. */
export async function ordinaryUser(): Promise<RunAs> {
  const ways = waysToRun({ uid: 1, gid: 1 });
  for (const way of ways) {
    const places = [checkout, dirname(process.execPath)];
    const reasons = await Promise.all(places.map((place) => whyUnreachable(way, place)));
    if (reasons.every((reason) => reason === undefined)) return way;
  }
  throw new Error('No ordinary user can read this checkout');
}

/** Starts a process that runs an embedded PostgreSQL on a folder. It ends with the test process. */
export async function startOwner(dataDir: string, who: RunAs = { kind: 'self' }): Promise<Owner> {
  const child: ChildProcess = spawnAs(who, process.execPath, [await compiledProgram('pg-owner-program'), dataDir], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const exit = once(child, 'exit');
  if (!child.stdout) throw new Error('the output of the process is not piped');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    pid: child.pid ?? 0,
    async line() {
      const next = await lines.next();
      const line: OwnerLine | undefined = next.done === true ? undefined : JSON.parse(next.value);
      return line;
    },
    async end(signal) {
      child.kill(signal);
      await exit;
    },
  };
}
