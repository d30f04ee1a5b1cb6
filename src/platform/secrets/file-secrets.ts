import { constants } from 'node:fs';
import { open, readdir, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isInside, isMachinesOwn } from '../../domain/folder.js';
import type { SecretPlace } from '../../domain/secret-place.js';
import { codeOf } from './error-code.js';
import type { SecretFolders } from './secret-folders.js';
import type { SecretAnswer, SecretProvider } from './secret-provider.js';

// Not through a last link: whatever could be followed was. And a pipe without a writer must not hold up the look.
const OPENED = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * `file:///folder/file`: files below the allowed folders, as Docker and Kubernetes mount secrets. A file that is there, can
 * be read and is not empty is present; it is opened, and no byte of it is read.
 */
export class FileSecrets implements SecretProvider<Extract<SecretPlace, { provider: 'file' }>> {
  private readonly roots: readonly string[];

  constructor(
    roots: readonly string[],
    private readonly folders: SecretFolders,
  ) {
    this.roots = roots.map((root) => resolve(root));
  }

  async look({ path }: { path: string }, signal: AbortSignal): Promise<SecretAnswer> {
    if (isMachinesOwn(path)) return this.outside();
    const own = this.roots.filter((root) => isInside(root, path)).toSorted((a, b) => b.length - a.length)[0];
    const calls = own === undefined ? this.folders.elsewhere() : this.folders.of(own);
    const followed = await calls.run(() => realPathOf(path), { signal });
    if ('silent' in followed) return own === undefined ? this.outside() : unreachable(followed.silent);
    const real = followed.value;
    if (isMachinesOwn(real)) return this.outside();
    // Its own folder first: each is asked by itself, and one that hangs says nothing about what lies in another.
    const rest = this.roots.filter((root) => root !== own);
    for (const root of own === undefined ? rest : [own, ...rest]) {
      const folder = await this.folders.of(root).run(() => realPathOf(root), { signal });
      if (!isInside('silent' in folder ? root : folder.value, real)) continue;
      return 'silent' in folder ? unreachable(folder.silent) : this.lookIn(root, folder.value, real, signal);
    }
    return this.outside();
  }

  private async lookIn(root: string, folder: string, real: string, signal: AbortSignal): Promise<SecretAnswer> {
    const problemAt = (opened: string): SecretAnswer | null => (isInside(folder, opened) ? null : this.outside());
    const answer = await this.folders.of(root).run(() => look(real, root, problemAt), { signal });
    return 'silent' in answer ? unreachable(answer.silent) : answer.value;
  }

  private outside(): SecretAnswer {
    const said = `leads out of the allowed folders (LASTGOOD_SECRET_FILE_ROOTS): ${this.roots.join(', ')}`;
    return { state: 'unsupported', said };
  }
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
      return unreachable(`the file system did not answer as it should (${code ?? 'no code'})`);
    }
    return (await unmounted(root)) ?? missing('there is no such file');
  }
}

// A folder that is not there, or that holds nothing at all, is not mounted: that says nothing about what lies in it.
async function unmounted(root: string): Promise<SecretAnswer | null> {
  try {
    const entries = await readdir(root);
    return entries.length > 0 ? null : unreachable(`the folder ${root} is empty: is its disk mounted?`);
  } catch (error) {
    const code = codeOf(error);
    // Not to be listed, and yet what lies in it may be opened by name.
    if (code === 'EACCES' || code === 'EPERM') return null;
    return unreachable(`the folder ${root} is not there: mount it`);
  }
}

function unreachable(said: string): SecretAnswer {
  return { state: 'unreachable', said };
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
