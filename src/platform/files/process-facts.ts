import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One field of `ps`, for systems without /proc. */
async function ps(pid: number, field: string): Promise<string | undefined> {
  try {
    const { stdout } = await run('ps', ['-ww', '-o', `${field}=`, '-p', String(pid)], { env: { LC_ALL: 'C' } });
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

async function proc(pid: number, file: string): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** The fields of /proc/PID/stat after the command's name, which may hold anything: proc(5), counted from field 3. */
async function statFields(pid: number): Promise<string[]> {
  const text = (await proc(pid, 'stat')) ?? '';
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Whether a process runs. One that ended and was not yet collected by its parent does not. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const state = process.platform === 'linux' ? (await statFields(pid))[0] : await ps(pid, 'state');
  return !state?.startsWith('Z');
}

/**
 * When a process started, as text to compare and not to read. Tells two processes apart that had the same number one
 * after the other, also across a restart of the machine. Undefined where the process is gone.
 */
export async function startMark(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return ps(pid, 'lstart');
  const ticks = (await statFields(pid))[22 - 3];
  if (ticks === undefined) return undefined;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return `${boot.trim()}/${ticks}`;
}

/** The command line a process was started with; undefined where it is gone. */
export async function commandLine(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return ps(pid, 'command');
  return (await proc(pid, 'cmdline'))?.replaceAll('\0', ' ').trim();
}

/** Whether a process works in a folder; undefined where the system does not tell us. */
export async function worksIn(pid: number, folder: string): Promise<boolean | undefined> {
  try {
    const [one, other] = await Promise.all([stat(`/proc/${pid}/cwd`), stat(folder)]);
    return one.ino === other.ino && one.dev === other.dev;
  } catch {
    return undefined;
  }
}
