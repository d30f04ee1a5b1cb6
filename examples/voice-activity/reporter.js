// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {object} Report
 * @property {number} version
 * @property {number} revision
 * @property {string} configDigest
 * @property {number} readyReplicas
 * @property {number} replicas
 */

/**
 * Tells the registry what this server serves: at once after every change, and again every `everyMs`, since a report
 * that grows old says nothing. Nobody waits for it. Reports go out one at a time and are read when they are sent, so
 * a late one cannot overwrite a newer one, and what changed three times while the registry was away is told once.
 */
export class Reporter {
  #wake = () => {};
  #changed = false;

  /**
   * @param {object} parts
   * @param {() => Report | null} parts.read what to say now
   * @param {(report: Report) => Promise<unknown>} parts.send
   * @param {(line: string) => void} [parts.log]
   * @param {number} [parts.everyMs]
   * @param {number} [parts.retryMs] wait after a report that did not arrive
   */
  constructor({ read, send, log = () => {}, everyMs = 10_000, retryMs = 1000 }) {
    this.read = read;
    this.send = send;
    this.log = log;
    this.everyMs = everyMs;
    this.retryMs = retryMs;
  }

  /** Something has changed: report soon. */
  changed() {
    this.#changed = true;
    this.#wake();
  }

  /**
   * Reports until the signal.
   * @param {AbortSignal} signal
   */
  async run(signal) {
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    let failing = false;
    while (!signal.aborted) {
      this.#changed = false;
      const report = this.read();
      let wait = this.everyMs;
      try {
        if (report) await this.send(report);
        if (failing) this.log('reports arrive again');
        failing = false;
      } catch (error) {
        if (!failing) this.log(`a report did not arrive: ${error instanceof Error ? error.message : String(error)}`);
        failing = true;
        wait = this.retryMs;
        this.#changed = false; // not at once again: the registry may be down
      }
      if (!this.#changed && !signal.aborted) await this.#sleep(wait);
    }
  }

  /** @param {number} ms */
  async #sleep(ms) {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await sleep(ms, undefined, { signal: woken.signal }).catch(() => {});
    this.#wake = () => {};
  }
}
