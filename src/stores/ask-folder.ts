import type { CallOptions, FolderCalls } from './folder-calls.js';
import { StoreError } from './store-error.js';

/** What `work` makes of the folder. Throws a StoreError (`unreachable`) about `uri` where the folder does not answer. */
export async function askFolder<T>(
  calls: FolderCalls,
  uri: string,
  work: () => Promise<T>,
  options?: CallOptions<T>,
): Promise<T> {
  const answer = await calls.run(work, options);
  if ('silent' in answer) throw new StoreError('unreachable', uri, answer.silent);
  return answer.value;
}
