import { backOffMs, sleep } from '../../client/back-off.js';
import { StoreError } from '../../stores/store-error.js';
import type { DownloadSettings } from './settings.js';

/** Whether asking again may help: the store or the way to it is away, and says nothing about the bytes. */
export function mayPass(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'unreachable';
}

/**
 * How long to wait after so many failures in a row, in milliseconds: twice as long each time, and not less than until the
 * store may be asked again, where it asked to be left alone.
 */
export function waitMs(error: unknown, failures: number, wait: Pick<DownloadSettings, 'baseMs' | 'capMs'>): number {
  const left = error instanceof StoreError && error.retryAt ? error.retryAt.getTime() - Date.now() : 0;
  return Math.max(backOffMs(failures - 1, wait), Math.min(left, wait.capMs));
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
      await sleep(waitMs(error, failures, { baseMs, capMs }), signal);
    }
  }
}
