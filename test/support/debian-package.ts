import { execFile } from 'node:child_process';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inTurn } from './turn.js';

const run = promisify(execFile);

/** What to unpack beside the packages named, and how long their download may take, in milliseconds. */
interface UnpackOptions {
  readonly withDependencies?: boolean;
  readonly patienceMs?: number;
}

/**
 * Unpacks packages of the distribution into `folder`, which must not be there yet. Beside its place first and moved there
 * whole: an interrupted or a second run never sees half of it. Nothing is installed on the machine, so it needs no root
 * and starts no service. Throws what `apt-get` and `dpkg-deb` fail with.
 */
export async function unpackDebianPackages(
  names: readonly string[],
  folder: string,
  { withDependencies = false, patienceMs = 120_000 }: UnpackOptions = {},
): Promise<void> {
  const work = `${folder}.${process.pid}`;
  const lists = join(work, 'lists');
  const debs = join(work, 'debs');
  const apt = ['-q', '-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${work}`, '-o', 'APT::Sandbox::User=root'];
  try {
    await mkdir(join(lists, 'partial'), { recursive: true });
    await mkdir(join(work, 'archives/partial'), { recursive: true });
    await mkdir(debs);
    // Some images hook a clean-up of system folders onto this and let it fail; whether it worked shows below.
    await run('apt-get', [...apt, 'update'], { timeout: 120_000 }).catch(() => undefined);
    const all = withDependencies ? await toBeInstalled(names, apt) : names;
    await run('apt-get', [...apt, 'download', ...all], { cwd: debs, timeout: patienceMs });
    const root = join(work, 'root');
    for (const deb of await readdir(debs)) await run('dpkg-deb', ['-x', join(debs, deb), root]);
    await moveWhole(root, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The packages, and those of their dependencies that this machine lacks. */
async function toBeInstalled(names: readonly string[], apt: readonly string[]): Promise<string[]> {
  const plan = await run('apt-get', [...apt, '--no-install-recommends', '-s', 'install', ...names]);
  return [...plan.stdout.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name);
}

/** Moves a folder to its place, where another process may have put its like in the same moment: then that one stays. */
async function moveWhole(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(await exists(to))) throw error;
  }
}

/**
 * Fetches what is to lie in a folder, unless it does. Test files run side by side: one fetches, the others wait for it
 * rather than fetch and unpack the same once more.
 */
export async function fetchOnce(folder: string, fetch: () => Promise<void>): Promise<void> {
  if (await exists(folder)) return;
  await inTurn(`${folder}.turn`, async () => {
    if (!(await exists(folder))) await fetch();
  });
}

/** Whether there is anything at a path that this user may see. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
