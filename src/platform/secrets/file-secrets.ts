import { constants } from 'node:fs';
import { open, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { SecretPlace } from '../../domain/secret-place.js';
import { codeOf } from './error-code.js';
import type { SecretAnswer, SecretProvider } from './secret-provider.js';

// Not through a last link: whatever could be followed was. And a pipe without a writer must not hold up the look.
const OPENED = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * `file:///folder/file`: files below the allowed folders, as Docker and Kubernetes mount secrets. A file that is there, can
 * be read and is not empty is present; it is opened, and no byte of it is read.
 */
export class FileSecrets implements SecretProvider<Extract<SecretPlace, { provider: 'file' }>> {
  private readonly roots: readonly string[];

  constructor(roots: readonly string[]) {
    this.roots = roots.map((root) => resolve(root));
  }

  async look({ path }: { path: string }): Promise<SecretAnswer> {
    const real = await realPathOf(path);
    const roots = await Promise.all(this.roots.map(async (root) => [root, await realPathOf(root)] as const));
    const root = roots.find(([, folder]) => isInside(folder, real));
    // What lies in /proc and /sys are no files: the environment of this process, for one.
    if (!root || ['/proc', '/sys'].some((own) => isInside(own, path) || isInside(own, real))) return this.outside();
    const [named, folder] = root;
    return look(real, named, (opened) => (isInside(folder, opened) ? null : this.outside()));
  }

  private outside(): SecretAnswer {
    const said = `leads out of the allowed folders (LASTGOOD_SECRET_FILE_ROOTS): ${this.roots.join(', ')}`;
    return { state: 'unsupported', said };
  }
}

function isInside(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

async function look(
  path: string,
  root: string,
  problemAt: (opened: string) => SecretAnswer | null,
): Promise<SecretAnswer> {
  try {
    const file = await open(path, OPENED);
    try {
      // A folder on the way can become a link after the path was checked. Linux says where what is open really lies.
      const opened = await readlink(`/proc/self/fd/${file.fd}`).catch(() => null);
      const problem = opened === null ? null : problemAt(opened);
      if (problem !== null) return problem;
      const seen = await file.stat();
      if (!seen.isFile()) return { state: 'unsupported', said: 'is no file: name the file that holds the secret' };
      return seen.size > 0 ? { state: 'present' } : missing('the file is empty');
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EACCES' || code === 'EPERM') {
      return { state: 'forbidden', said: `the file system refused access (${code}): let the worker's user read it` };
    }
    if (code === 'ENXIO') return { state: 'unsupported', said: 'is no file: name the file that holds the secret' };
    if (!['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'].includes(code ?? '')) {
      return { state: 'unreachable', said: `the file system did not answer as it should (${code ?? 'no code'})` };
    }
    // A folder that is not mounted says nothing about what lies in it.
    const mounted = await realpath(root).catch(() => null);
    if (mounted === null) return { state: 'unreachable', said: `the folder ${root} is not there: mount it` };
    return missing('there is no such file');
  }
}

function missing(said: string): SecretAnswer {
  return { state: 'missing', missing: 'secret', said };
}

async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    // Not there, or not to be entered: its parent says where it would lie.
    const parent = dirname(path);
    return parent === path ? path : join(await realPathOf(parent), basename(path));
  }
}
