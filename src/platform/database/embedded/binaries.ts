import { chmod, cp, lstat, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname, join, relative } from 'node:path';
import { ignoring, systemCode } from '../../files/system-code.js';
import { EmbeddedPostgresError } from './errors.js';
import type { RunAs } from './run-as.js';
import { runAs } from './run-as.js';

const readOnly = ['EACCES', 'EPERM', 'EROFS'];

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * npm packages cannot hold symbolic links, so the package lists those of its libraries in a file and makes them in an
 * install script, which many installations do not run. Makes the missing ones; throws where the folder is read-only.
 */
async function completeLinks(native: string): Promise<void> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(ignoring('ENOENT'));
  const links: Link[] = JSON.parse(text ?? '[]');
  const root = dirname(native);
  for (const { source, target } of links) {
    const place = join(root, target);
    if (await lstat(place).catch(ignoring('ENOENT'))) continue;
    await symlink(relative(dirname(target), source), place).catch(ignoring('EEXIST'));
  }
}

/** Makes a copy readable for everyone: whoever installed the package may have done so with a strict umask. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, folder.endsWith('/bin') ? 0o755 : 0o644);
  }
}

/** Copies the binaries; the rename at the end makes a copy that exists a whole one. */
async function copyTo(native: string, place: string): Promise<string> {
  const copy = join(place, 'native');
  if (await lstat(copy).catch(ignoring('ENOENT'))) return copy;
  await mkdir(place, { recursive: true });
  const unfinished = join(place, `new-${randomUUID()}`);
  await cp(native, join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
  await openToAll(unfinished); // first: a copy of a read-only folder is read-only
  await completeLinks(join(unfinished, 'native'));
  await rename(join(unfinished, 'native'), copy).catch(ignoring('EEXIST', 'ENOTEMPTY'));
  await rm(unfinished, { recursive: true, force: true });
  return copy;
}

/** Why this user cannot run PostgreSQL from here, or nothing where it can. Asks initdb, which looks at all it needs. */
async function whyUnusable(native: string, who: RunAs): Promise<string | undefined> {
  const { code, output } = await runAs(who, join(native, 'bin', 'initdb'), ['--show', '--pgdata=/nonexistent']);
  if (code === 0) return undefined;
  if (output.includes('user does not exist')) {
    throw new EmbeddedPostgresError(
      `PostgreSQL needs a user that this system knows by name (${output.trim()}): ` +
        `add one to /etc/passwd, run as another user, or set DATABASE_URL to another PostgreSQL.`,
    );
  }
  return output.split('\n')[0] ?? '';
}

/**
 * The folder to run PostgreSQL's programs from: the installed package where that works, else a copy at the first of
 * `copies` where it does. A package works when its libraries are complete and `who` may read it without any capability:
 * PostgreSQL checks its own program file with access(2), which does not count capabilities.
 *
 * @throws EmbeddedPostgresError where no place works.
 */
export async function usableBinaries(native: string, copies: readonly string[], who: RunAs): Promise<string> {
  const reasons: string[] = [];
  for (const place of [undefined, ...copies]) {
    try {
      if (place === undefined) await completeLinks(native);
      const at = place === undefined ? native : await copyTo(native, place);
      const reason = await whyUnusable(at, who);
      if (reason === undefined) return join(at, 'bin');
      reasons.push(`${at}: ${reason}`);
    } catch (error) {
      if (!readOnly.includes(systemCode(error) ?? '')) throw error;
      reasons.push(`${place ?? native} cannot be written`);
    }
  }
  throw new EmbeddedPostgresError(
    `The PostgreSQL that came with Lastgood does not run here (${reasons.join('; ')}). ` +
      `Install Lastgood where every user may read it, or set DATABASE_URL to another PostgreSQL.`,
  );
}
