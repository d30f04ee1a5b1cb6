import { readlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/**
 * Where an open file really lies, whatever became of its path since; null where the system does not say (other than
 * Linux). A folder on the way can be swapped for a link between the moment when a path is checked and the one when it is
 * opened; what was opened cannot.
 */
export async function placeOf(handle: FileHandle): Promise<string | null> {
  try {
    return await readlink(`/proc/self/fd/${handle.fd}`);
  } catch {
    return null;
  }
}
