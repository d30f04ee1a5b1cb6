import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
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
    const above = at === '' ? '' : `${at}/`;
    const found: Found[] = [];
    for (const entry of await inTurn(() => entriesOf(folder, at, uri))) {
      const path = above + nameOf(entry, above, uri);
      if (entry.isDirectory()) folders.push(path);
      else found.push({ path, isLink: entry.isSymbolicLink() });
    }
    for (let next = 0; next < found.length; next += AT_ONCE) yield found.slice(next, next + AT_ONCE);
  }
}

async function entriesOf(folder: string, at: string, uri: string): Promise<Dirent<Buffer>[]> {
  try {
    return await readdir(join(folder, at), { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    const failure = fileFailure(error, uri);
    if (!(failure instanceof StoreError)) throw failure;
    const where = at === '' ? '' : `in the folder ${JSON.stringify(at)}: `;
    throw new StoreError(failure.code, uri, where + failure.evidence);
  }
}

function nameOf(entry: Dirent<Buffer>, above: string, uri: string): string {
  try {
    return utf8.decode(entry.name);
  } catch {
    const shown = JSON.stringify(above + entry.name.toString());
    throw new StoreError('unsupported', uri, `the name ${shown} is not UTF-8: rename it`);
  }
}
