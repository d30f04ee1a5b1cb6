import { execFile } from 'node:child_process';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PACKAGE = 'docker-registry';
const PROGRAMS = ['docker-registry', 'registry'];

/**
 * The program of an OCI registry (the distribution project's): the one on the PATH, else that of the distribution's
 * package, unpacked below `.test/`. Nothing is installed on the machine, so it needs no root and starts no service.
 */
export async function registryProgram(checkout: string): Promise<string> {
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((at) => PROGRAMS.map((name) => join(at, name)));
  for (const path of onPath) if (await exists(path)) return path;
  const folder = resolve(checkout, '.test/cache/oci');
  if (!(await exists(folder))) await unpackPackage(folder);
  return join(folder, 'usr/bin/docker-registry');
}

// Unpacked beside its place and moved there whole: an interrupted or a second run never sees half of it.
async function unpackPackage(folder: string): Promise<void> {
  console.log('No OCI registry on this machine: unpacking docker-registry into .test/ (5 MB, once)');
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
    throw new Error(
      `The tests need an OCI registry and could not get one. Install it (on Debian or Ubuntu: apt-get install ` +
        `${PACKAGE}; elsewhere the distribution project's \`registry\` on the PATH). ` +
        `What failed: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
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
