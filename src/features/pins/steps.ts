import type { PinTurn } from './pin-turns.repository.js';

/** Work on pins that can be left between two steps, when somebody waits for the turn, and gone on with in another. */
export class Steps {
  readonly #steps: AsyncGenerator<void, void>;
  #signal = AbortSignal.abort(new Error('no turn was taken'));
  #workedMs = 0;
  #since = 0;

  /** @param begin the work; it stops after each step. It is told where to find the signal of the turn that it is in */
  constructor(begin: (signal: () => AbortSignal) => AsyncGenerator<void, void>) {
    this.#steps = begin(() => this.#signal);
  }

  /** How long was worked until now, in milliseconds, without the time between turns. */
  get workedMs(): number {
    return Math.round(this.#workedMs + performance.now() - this.#since);
  }

  /**
   * Makes the next step, and more while nobody waits: whoever comes always between still lets it come to its end.
   * Returns whether all is done. Throws the signal's reason, and what a step throws.
   */
  async goOn({ signal, isWanted }: PinTurn): Promise<boolean> {
    this.#signal = signal;
    this.#since = performance.now();
    do {
      signal.throwIfAborted();
      const { done } = await this.#steps.next();
      if (done === true) return true;
    } while (!(await isWanted()));
    this.#workedMs += performance.now() - this.#since;
    return false;
  }

  /** Leaves the rest undone. */
  async end(): Promise<void> {
    await this.#steps.return();
  }
}
