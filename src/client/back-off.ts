/** How long to wait before trying again: `baseMs` doubles with each failure in a row up to `capMs`. */
export interface BackOff {
  baseMs: number;
  capMs: number;
}

/**
 * Milliseconds before try number `failures + 1`: half of the exponential delay and a random part of the other half.
 * The random part keeps a thousand clients that lost the same server from coming back in the same moment;
 * the fixed part keeps a server that fails at once from being asked in a tight loop.
 */
export function backOffMs(failures: number, { baseMs, capMs }: BackOff, random: () => number = Math.random): number {
  const delay = Math.min(capMs, baseMs * 2 ** Math.min(failures, 30));
  return delay / 2 + (delay / 2) * random();
}

/** Waits `ms` milliseconds; rejects with the signal's reason as soon as `signal` aborts. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

function reasonOf(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal?.reason });
}
