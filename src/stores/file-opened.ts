import { constants, type BigIntStats } from 'node:fs';
import { open, readlink, type FileHandle } from 'node:fs/promises';
import { isInside } from '../domain/folder.js';
import { fileFailure } from './file-failure.js';
import type { FilePlace } from './file-roots.js';
import { StoreError } from './store-error.js';

// Never follow a last link (FileRoots has followed what may be followed), never wait for a pipe's other end.
const TO_READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** An open file, and what it is. */
export interface OpenedFile {
  readonly handle: FileHandle;
  readonly found: BigIntStats;
}

/**
 * Opens the file at a place that was worked out just before. Throws a StoreError about `uri` where that cannot be, or where
 * it is no file; `aFolder` is what to say of a folder.
 */
export async function openFile({ path, folder }: FilePlace, uri: string, aFolder: string): Promise<OpenedFile> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, TO_READ);
    const opened = await placeOf(handle);
    if (opened !== null && opened !== path && !isInside(folder, opened)) {
      throw new StoreError('forbidden', uri, 'a folder on its path became a link that leads out while it was opened');
    }
    const found = await handle.stat({ bigint: true });
    if (!found.isFile()) {
      throw new StoreError('unsupported', uri, found.isDirectory() ? aFolder : 'this is not a file');
    }
    return { handle, found };
  } catch (error) {
    await handle?.close();
    throw error instanceof StoreError ? error : fileFailure(error, uri);
  }
}

/**
 * Where an open file really lies, whatever became of its path since; null where the system does not say (other than
 * Linux). A folder on the way can be swapped for a link between the moment when a path is checked and the one when it is
 * opened; what was opened cannot.
 */
async function placeOf(handle: FileHandle): Promise<string | null> {
  try {
    return await readlink(`/proc/self/fd/${handle.fd}`);
  } catch {
    return null;
  }
}
