import { abortedBy } from './aborted-by.js';

/**
 * A time during which nothing is sent. When it is over one request tries, and the others wait until it is answered: where
 * that begins another such time, none of them is sent.
 */
export class QuietTime {
  // By `performance.now()`, which no clock that is set can stretch; null before the first, and once a trial went well.
  #until: number | null = null;
  #began = 0;
  #trial: Promise<void> | null = null;

  /** Whether nothing is sent now. */
  get isNow(): boolean {
    return this.leftMs > 0;
  }

  /** Whether it has begun and no request has gone well since. */
  get isUnsettled(): boolean {
    return this.#until !== null;
  }

  /** How long it still lasts, in milliseconds. */
  get leftMs(): number {
    return Math.max(0, (this.#until ?? 0) - performance.now());
  }

  /** Begins it, or makes it longer, never shorter. */
  begin(ms: number): void {
    this.#began += 1;
    this.#until = Math.max(this.#until ?? 0, performance.now() + ms);
  }

  /** Sends a request, unless it is quiet now: throws what `refused` returns then, and the signal's reason. */
  async run<T>(signal: AbortSignal | undefined, refused: () => Error, request: () => Promise<T>): Promise<T> {
    while (this.#until !== null) {
      if (this.isNow) throw refused();
      if (this.#trial === null) return this.#try(request);
      await abortedBy(signal, this.#trial);
    }
    return request();
  }

  // However else the trial ends, the endpoint no longer asks for time: to wait on would be to wait for each by itself.
  async #try<T>(request: () => Promise<T>): Promise<T> {
    const began = this.#began;
    let ended = (): void => undefined;
    this.#trial = new Promise((resolve) => (ended = resolve));
    try {
      return await request();
    } finally {
      if (this.#began === began) this.#until = null;
      this.#trial = null;
      ended();
    }
  }
}
