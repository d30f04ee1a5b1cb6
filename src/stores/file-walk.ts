import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileFailure } from './file-failure.js';
import { StoreError } from './store-error.js';

/** Something below a folder that is no folder itself; `path` is relative, with slashes. */
export interface Found {
  readonly path: string;
  readonly isLink: boolean;
}

/** Does one thing with the disk when its turn has come. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

// So many at a time: enough to keep a network file system busy, few enough not to hold up everybody else's files.
const AT_ONCE = 16;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Everything below the folder, a few at a time. Links are named, not followed, so the walk stays below the folder and
 * ends. Throws a StoreError about `uri`, the folder's, for a folder that cannot be read and for a name that is not
 * UTF-8 (`unsupported`), which no URI could give.
 */
export async function* walk(folder: string, uri: string, inTurn: InTurn): AsyncGenerator<Found[]> {
  const folders = [''];
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    const here = at;
    const names = await inTurn(() => namesIn(folder, here, uri));
    for (let next = 0; next < names.length; next += AT_ONCE) {
      const some = names.slice(next, next + AT_ONCE);
      const kinds = await Promise.all(some.map((path) => inTurn(() => kindOf(folder, path, uri))));
      folders.push(...some.filter((_, i) => kinds[i] === 'folder'));
      yield some.flatMap((path, i) => (kinds[i] === 'folder' ? [] : [{ path, isLink: kinds[i] === 'link' }]));
    }
  }
}

// The names alone: for their kinds Node.js would look at each entry where the file system does not say, all at once.
async function namesIn(folder: string, at: string, uri: string): Promise<string[]> {
  try {
    const above = at === '' ? '' : `${at}/`;
    return (await readdir(join(folder, at), { encoding: 'buffer' })).map((name) => above + textOf(name, above, uri));
  } catch (error) {
    throw about(error, at === '' ? '' : `in the folder ${JSON.stringify(at)}: `, uri);
  }
}

async function kindOf(folder: string, path: string, uri: string): Promise<'folder' | 'link' | 'other'> {
  try {
    const found = await lstat(join(folder, path));
    if (found.isDirectory()) return 'folder';
    return found.isSymbolicLink() ? 'link' : 'other';
  } catch (error) {
    throw about(error, `${JSON.stringify(path)}: `, uri);
  }
}

function about(error: unknown, where: string, uri: string): unknown {
  const failure = fileFailure(error, uri);
  // What is no error of the file system has said already what it is about.
  if (!(failure instanceof StoreError) || failure === error) return failure;
  return new StoreError(failure.code, uri, where + failure.evidence);
}

function textOf(name: Buffer, above: string, uri: string): string {
  try {
    return utf8.decode(name);
  } catch {
    const shown = JSON.stringify(above + name.toString());
    throw new StoreError('unsupported', uri, `the name ${shown} is not UTF-8: rename it`);
  }
}
