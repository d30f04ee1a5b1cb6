import { readdir } from 'node:fs/promises';
import { fileFailure } from './file-failure.js';
import { StoreError } from './store-error.js';

/**
 * Why it proves nothing that something is missing below a root, or null where it does: a root that is not there, or that
 * holds nothing at all, is the place of a disk that is not mounted.
 */
export async function unmounted(root: string, uri: string): Promise<StoreError | null> {
  try {
    // Names alone: asked for their kinds, Node.js looks at each entry where the file system does not say.
    const entries = await readdir(root);
    return entries.length > 0 ? null : unreachable(uri, `the folder ${root} is empty: is its disk mounted?`);
  } catch (error) {
    const failure = fileFailure(error, uri);
    if (!(failure instanceof StoreError)) throw failure;
    // Not to be listed, and yet what lies below may be opened by name.
    if (failure.code === 'forbidden') return null;
    const gone = failure.code === 'missing';
    return unreachable(uri, gone ? `the folder ${root} is not there: is its disk mounted?` : failure.evidence);
  }
}

function unreachable(uri: string, evidence: string): StoreError {
  return new StoreError('unreachable', uri, evidence);
}
