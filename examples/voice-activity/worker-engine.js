// @ts-check
import { Worker } from 'node:worker_threads';

/**
 * @typedef {object} Detection
 * @property {import('./speech-segments.js').Segment[]} speech
 * @property {number} windows how many windows were judged
 */

/**
 * One loaded version in a worker thread of its own. So loading a model never holds up the requests of another one,
 * a model that crashes takes only itself down, and ending the thread really gives its memory back (the heap of a
 * WebAssembly module never shrinks).
 */
export class WorkerEngine {
  /** Samples a second that the model takes; known once it is loaded. */
  sampleRate = 0;
  /** @type {Map<number, {resolve: (answer: any) => void, reject: (error: Error) => void}>} */
  #waiting = new Map();
  #lastId = 0;
  /** @type {Error | null} */
  #end = null;

  /** @param {Worker} worker */
  constructor(worker) {
    this.worker = worker;
    worker.on('message', ({ id, failed, ...answer }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (failed === undefined) waiting?.resolve(answer);
      else waiting?.reject(new Error(failed));
    });
    /** @type {Promise<Error>} settles when the thread has ended, for whatever reason */
    this.ended = new Promise((resolve) => {
      worker.once('error', resolve);
      worker.once('exit', (code) => resolve(new Error(`the model's thread ended with code ${code}`)));
    });
    void this.#rejectAtTheEnd();
  }

  /**
   * Starts the thread, loads the model in it, and runs it once.
   * @param {string} modelFile
   * @param {Record<string, unknown>} serving the record's serving config
   * @returns {Promise<WorkerEngine>} once a request would be answered at full speed
   * @throws {Error} when the model does not load or does not fit its serving config
   */
  static async start(modelFile, serving) {
    const engine = new WorkerEngine(
      new Worker(new URL('version-worker.js', import.meta.url), { workerData: { modelFile, serving } }),
    );
    const { sampleRate } = await engine.#answer(0);
    engine.sampleRate = sampleRate;
    return engine;
  }

  /**
   * Finds the speech.
   * @param {Float32Array<ArrayBuffer>} samples handed over: the caller must not use them afterwards
   * @returns {Promise<Detection>}
   * @throws {Error} when the model fails, or its thread ends before the answer
   */
  async detect(samples) {
    if (this.#end) throw this.#end;
    const id = ++this.#lastId;
    const answer = this.#answer(id);
    this.worker.postMessage({ id, samples }, [samples.buffer]);
    return answer;
  }

  /** Ends the thread; whoever still waits for an answer gets an error. */
  async close() {
    await this.worker.terminate();
  }

  async #rejectAtTheEnd() {
    const error = await this.ended;
    this.#end = error;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }

  /** @param {number} id @returns {Promise<any>} */
  #answer(id) {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }
}
