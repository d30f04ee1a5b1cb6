// setTimeout takes a longer time for none at all.
const LONGEST_MS = 2 ** 31 - 1;

/** Wakes one loop. A ring while the loop is busy is not lost: its next wait ends at once. */
export class Bell {
  #rung = false;
  #wake: () => void = () => undefined;

  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  /**
   * Waits for a ring, `ms` milliseconds at most; `Infinity` waits for the ring alone. Timers run on the monotonic clock,
   * so setting the machine's time changes nothing. Rejects with the signal's reason.
   */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#rung && ms > 0) await this.#until(ms, signal);
    this.#rung = false;
    signal.throwIfAborted();
  }

  async #until(ms: number, signal: AbortSignal): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let wake: () => void = () => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    this.#wake = wake;
    if (ms !== Infinity) timer = setTimeout(wake, Math.min(ms, LONGEST_MS));
    signal.addEventListener('abort', wake, { once: true });
    await woken;
    clearTimeout(timer);
    signal.removeEventListener('abort', wake);
    this.#wake = () => undefined;
  }
}
