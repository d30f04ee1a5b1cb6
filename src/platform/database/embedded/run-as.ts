import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * The user a program of PostgreSQL runs as. PostgreSQL refuses to run as root; as root we give root up for it.
 * A capability lets that user search folders on the way that only root may enter, such as a checkout in /root.
 */
export type RunAs =
  | { readonly kind: 'self' }
  | {
      readonly kind: 'other';
      readonly uid: number;
      readonly gid: number;
      readonly capability?: 'dac_read_search' | 'dac_override';
    };

/** `nobody` of Debian, Red Hat and most others. initdb wants a user that the system knows by name. */
export const nobody = { uid: 65_534, gid: 65_534 } as const;

/**
 * The ways to run a program for the owner of the data folder, the one with the fewest rights first. The narrower
 * capability comes first too; containers usually have only the wider one to give.
 */
export function waysToRun(owner: { readonly uid: number; readonly gid: number }): RunAs[] {
  if (process.getuid?.() !== 0) return [{ kind: 'self' }];
  const plain = { kind: 'other', uid: owner.uid, gid: owner.gid } as const;
  return [plain, { ...plain, capability: 'dac_read_search' }, { ...plain, capability: 'dac_override' }];
}

/** No PG… variable of the caller may steer our server; the C locale also keeps macOS from starting threads in it. */
const environment = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' });

/** Starts a program as the given user, from a folder that everyone may be in. */
export function spawnAs(who: RunAs, command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const common: SpawnOptions = { cwd: '/', env: environment(), ...options };
  if (who.kind === 'self') return spawn(command, args, common);
  const { uid, gid, capability } = who;
  if (capability === undefined) return spawn(command, args, { ...common, uid, gid });
  const user = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  const rights = [`--inh-caps=+${capability}`, `--ambient-caps=+${capability}`];
  return spawn('setpriv', [...user, ...rights, '--', command, ...args], common);
}

/** What a program that ran to its end left. `code` is null where it was killed or could not be started. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program to its end and collects what it printed. Never throws. */
export async function runAs(who: RunAs, command: string, args: readonly string[]): Promise<Outcome> {
  try {
    const child = spawnAs(who, command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
    await once(child, 'close');
    return { code: child.exitCode, output: output.trim() };
  } catch (error) {
    return { code: null, output: error instanceof Error ? error.message : String(error) };
  }
}

/** Why this user cannot get into a folder, or nothing where it can. */
export async function whyUnreachable(who: RunAs, folder: string): Promise<string | undefined> {
  const { code, output } = await runAs(who, '/bin/sh', ['-c', 'cd -- "$0"', folder]);
  return code === 0 ? undefined : output;
}
