/**
 * Hands the newest value from a producer to one consumer. A consumer that is busy misses what was overtaken in the
 * meantime, never the latest.
 */
export class Latest<T> {
  private value: T | undefined;
  private failure: { error: unknown } | null = null;
  private ended = false;
  private wake: () => void = () => undefined;

  put(value: T): void {
    this.value = value;
    this.wake();
  }

  /** The consumer sees the error after the value that still waits, if any. */
  fail(error: unknown): void {
    this.failure = { error };
    this.wake();
  }

  end(): void {
    this.ended = true;
    this.wake();
  }

  /** Waits for the next value; null at the end. Throws what `fail` was given. */
  async next(): Promise<T | null> {
    while (this.value === undefined) {
      if (this.failure) throw this.failure.error;
      if (this.ended) return null;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const value = this.value;
    this.value = undefined;
    return value;
  }
}
