import { Worker } from 'node:worker_threads';
import { HashJob } from './hash-job.js';
import { hashing, type SliceAnswer } from './hashing.js';

/**
 * Hashes files in a thread of its own, so that the thread that takes bytes from the network never waits for SHA-256.
 * It reads what was just written, which the system still has in memory.
 */
export class HashThread {
  #worker: Worker | null = null;
  readonly #jobs = new Map<number, HashJob>();
  #ids = 0;

  /** Begins with an open file, which must stay open until `digest` or `forget` has ended. */
  start(fd: number): HashJob {
    const id = ++this.#ids;
    const job = new HashJob(
      (slice) => {
        const worker = (this.#worker ??= this.#begin());
        worker.ref();
        worker.postMessage({ ...slice, id, fd }, []);
      },
      () => {
        this.#jobs.delete(id);
        // Idle, it must not keep the process alive.
        if (this.#jobs.size === 0) this.#worker?.unref();
      },
    );
    this.#jobs.set(id, job);
    return job;
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #begin(): Worker {
    const worker = new Worker(`(${hashing.toString()})()`, { eval: true, name: 'lastgood-hash' });
    const ended = (error: string): void => {
      this.#worker = null;
      for (const job of this.#jobs.values()) job.answered({ id: 0, error });
    };
    worker.on('message', (answer: SliceAnswer) => this.#jobs.get(answer.id)?.answered(answer));
    worker.on('error', (error) => ended(String(error)));
    worker.on('exit', () => ended('its thread ended'));
    return worker;
  }
}
