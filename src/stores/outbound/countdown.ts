/** A time limit that counts only while it is started. Times are in milliseconds. */
export class Countdown {
  #left: number;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    ms: number,
    private readonly over: () => void,
  ) {
    this.#left = ms;
  }

  start(): void {
    this.stop();
    this.#startedAt = performance.now();
    this.#timer = setTimeout(this.over, this.#left);
  }

  /** What is left counts on from the next start. */
  stop(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#left -= performance.now() - this.#startedAt;
  }
}
