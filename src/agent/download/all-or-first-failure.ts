import { setMaxListeners } from 'node:events';

/** Ended because something else of the same work failed; `cause` is what that failed with. */
export class StoppedByAnother extends Error {
  override readonly name = 'StoppedByAnother';

  constructor(cause: unknown) {
    super('stopped, since another part of the download failed', { cause });
  }
}

/**
 * Runs all of the work at once. The first failure stops the rest through the signal that each is given, and is thrown
 * once all have ended, so that nothing goes on behind the caller's back.
 */
export async function allOrFirstFailure<T>(
  items: readonly T[],
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  // Every running part listens, and there may be many: that is no leak.
  setMaxListeners(0, both);
  let failure: { error: unknown } | null = null;
  const one = async (item: T): Promise<void> => {
    try {
      both.throwIfAborted();
      await work(item, both);
    } catch (error) {
      failure ??= { error };
      if (!stop.signal.aborted) stop.abort(new StoppedByAnother(error));
    }
  };
  await Promise.all(items.map((item) => one(item)));
  signal.throwIfAborted();
  if (failure !== null) throw (failure as { error: unknown }).error;
}
