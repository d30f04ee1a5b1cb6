import { backOffMs, sleep } from '../../client/back-off.js';
import { StoreError } from '../../stores/store-error.js';
import type { DownloadSettings } from './settings.js';

/** Whether asking again may help: the store or the way to it is away, and says nothing about the bytes. */
export function mayPass(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'unreachable';
}

/** Does it again while the store cannot be reached, after longer and longer waits. */
export async function retrying<T>(
  { tries, baseMs, capMs }: DownloadSettings,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!mayPass(error) || failures >= tries) throw error;
      await sleep(backOffMs(failures - 1, { baseMs, capMs }), signal);
    }
  }
}
