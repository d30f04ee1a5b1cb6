import { backOffMs, type BackOff } from '../../client/back-off.js';

/** A failure that is tried again later. */
export interface Failure {
  /** For people. */
  readonly text: string;
  /** How often in a row. */
  readonly count: number;
  /** When it may be tried again, on the monotonic clock, in milliseconds. */
  readonly retryAt: number;
}

/** What failed, by name, and when to try it again: later and later, each time by a random part of the wait. */
export class Attempts {
  readonly #failures = new Map<string, Failure>();

  constructor(
    private readonly backOff: BackOff,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {}

  failed(name: string, text: string): Failure {
    const before = this.#failures.get(name)?.count ?? 0;
    const failure = { text, count: before + 1, retryAt: this.monotonicMs() + backOffMs(before, this.backOff) };
    this.#failures.set(name, failure);
    return failure;
  }

  worked(name: string): void {
    this.#failures.delete(name);
  }

  of(name: string): Failure | undefined {
    return this.#failures.get(name);
  }

  /** Lets everything be tried now, since what it was that failed may have changed. It still counts as having failed. */
  retryNow(): void {
    for (const [name, failure] of this.#failures) this.#failures.set(name, { ...failure, retryAt: -Infinity });
  }

  /** Forgets what is not among these names. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of this.#failures.keys()) if (!names.has(name)) this.#failures.delete(name);
  }
}
