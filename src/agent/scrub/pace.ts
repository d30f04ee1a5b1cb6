import { sleep } from '../../client/back-off.js';

const WORTH_WAITING_MS = 20;

/** Holds back whoever calls `took` so that no more than so many bytes a second pass. */
export class Pace {
  #bytes = 0;
  #since: number;

  constructor(
    private readonly bytesPerSecond: number,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    this.#since = monotonicMs();
  }

  /** Waits until these bytes may have passed. Rejects with the signal's reason. */
  async took(bytes: number, signal?: AbortSignal): Promise<void> {
    this.#bytes += bytes;
    const early = this.#since + (this.#bytes / this.bytesPerSecond) * 1000 - this.monotonicMs();
    if (early >= WORTH_WAITING_MS) await sleep(early, signal);
    // What a pause left unused is not made up for in a rush.
    else if (early < -1000) {
      this.#bytes = 0;
      this.#since = this.monotonicMs();
    }
  }
}
