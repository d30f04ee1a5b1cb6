import { execFile } from 'node:child_process';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PACKAGE = 'containerd';
const PROGRAMS = ['containerd', 'ctr'];

/**
 * The folder with containerd and its client: one of the PATH, else that of the distribution's package, unpacked below
 * `.test/`. Nothing is installed on the machine.
 */
export async function containerdFolder(checkout: string): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const found = await Promise.all(PROGRAMS.map((name) => exists(join(folder, name))));
    if (found.every(Boolean)) return folder;
  }
  const folder = resolve(checkout, '.test/cache/containerd');
  if (!(await exists(folder))) await unpackPackage(folder);
  return join(folder, 'usr/bin');
}

// Unpacked beside its place and moved there whole: an interrupted or a second run never sees half of it.
async function unpackPackage(folder: string): Promise<void> {
  console.log('No containerd on this machine: unpacking its package into .test/ (26 MB, once)');
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
    await run('apt-get', [...apt, 'download', PACKAGE], { cwd: debs, timeout: 120_000 });
    const root = join(work, 'root');
    for (const deb of await readdir(debs)) await run('dpkg-deb', ['-x', join(debs, deb), root]);
    if (!(await exists(folder))) await rename(root, folder);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`The tests need containerd and could not get it (on Debian: apt-get install containerd): ${text}`, {
      cause: error,
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
