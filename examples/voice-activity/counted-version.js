// @ts-check

/**
 * What holds a loaded model: a WorkerEngine, in a test something smaller.
 * @typedef {object} Engine
 * @property {number} sampleRate
 * @property {(samples: Float32Array<ArrayBuffer>) => Promise<import('./worker-engine.js').Detection>} detect
 * @property {() => Promise<void>} close
 * @property {Promise<Error>} ended settles when it can answer no more
 */

/**
 * A loaded version and how many requests are inside it. Retiring it closes the engine only when the last of them has
 * left, so no request loses the model under its feet.
 */
export class CountedVersion {
  #inside = 0;
  #retired = false;
  #closed = false;

  /** @param {Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  get retired() {
    return this.#retired;
  }

  enter() {
    if (this.#closed) throw new Error('this version is closed; take the live one');
    this.#inside++;
  }

  leave() {
    this.#inside--;
    this.#closeWhenEmpty();
  }

  retire() {
    this.#retired = true;
    this.#closeWhenEmpty();
  }

  #closeWhenEmpty() {
    if (!this.#retired || this.#inside > 0 || this.#closed) return;
    this.#closed = true;
    void this.engine.close();
  }
}
