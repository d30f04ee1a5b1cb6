/** Lets one at a time do what has the same name. */
export class KeyedTurns {
  readonly #last = new Map<string, Promise<void>>();

  /** Waits for its turn and takes it. Rejects with the signal's reason while it waits. */
  async run<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name);
    const { promise, resolve } = gate();
    // Also whoever gives up waiting keeps its place in the line: the next one waits for those in front of both.
    const place = before ? before.then(() => promise) : promise;
    this.#last.set(name, place);
    void place.then(() => this.#last.get(name) === place && this.#last.delete(name));
    try {
      if (before) await orAborted(before, signal);
      return await work();
    } finally {
      resolve();
    }
  }
}

function gate(): { promise: Promise<void>; resolve: () => void } {
  let open: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => (open = resolve));
  return { promise, resolve: open };
}

async function orAborted(waited: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const aborted = gate();
  signal.addEventListener('abort', aborted.resolve, { once: true });
  await Promise.race([waited, aborted.promise]);
  signal.removeEventListener('abort', aborted.resolve);
  signal.throwIfAborted();
}
