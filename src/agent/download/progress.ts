import { Rate } from './rate.js';

export type DownloadState = 'pending' | 'evicting' | 'downloading' | 'verifying' | 'resident' | 'failed';

/** How far a version's download has come. */
export interface Progress {
  readonly state: DownloadState;
  /** Bytes that are on the disk, those that were there already too. */
  readonly bytesDone: number;
  /** 0 while nobody knows it. */
  readonly bytesTotal: number;
  readonly bytesPerSecond: number;
  /** Null where it cannot be told. */
  readonly etaMs: number | null;
  /** Why it failed, or what is being evicted. */
  readonly text?: string;
}

/** Gathers what the parts of a download tell, and passes it on: each state, and in between now and then. */
export class ProgressTeller {
  #state: DownloadState = 'pending';
  #text: string | undefined;
  #done = 0;
  #total = 0;
  #fetched = 0;
  #toldAt = -Infinity;
  readonly #rate: Rate;

  constructor(
    private readonly tell: (progress: Progress) => void,
    private readonly tellEveryMs: number,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    this.#rate = new Rate(monotonicMs);
  }

  /** Bytes that came from a store, whatever became of them. */
  get fetched(): number {
    return this.#fetched;
  }

  /** Tells a state, at once. */
  become(state: DownloadState, text?: string): void {
    this.#state = state;
    this.#text = text;
    this.#tell();
  }

  /** A try begins, for so many bytes all in all; what is here of them is told by `found`. */
  begin(total: number): void {
    this.#total = total;
    this.#done = 0;
  }

  /** Bytes came from a store and are on the disk. */
  took(bytes: number): void {
    this.#fetched += bytes;
    this.#rate.add(bytes);
    this.#moved(bytes);
  }

  /** Bytes were found here after all; or, below zero, thrown away. */
  found(bytes: number): void {
    this.#moved(bytes);
  }

  /** Tells again where it stands: a store that went silent shows as a rate that falls. */
  again(): void {
    if (this.#state === 'downloading') this.#tell();
  }

  #moved(bytes: number): void {
    this.#done += bytes;
    const isAll = this.#done >= this.#total;
    if (this.#state === 'downloading' && isAll) return this.become('verifying');
    if (this.#state === 'verifying' && !isAll) return this.become('downloading');
    if (this.monotonicMs() - this.#toldAt >= this.tellEveryMs) this.#tell();
  }

  #tell(): void {
    this.#toldAt = this.monotonicMs();
    const { bytesPerSecond } = this.#rate;
    const left = Math.max(0, this.#total - this.#done);
    const isRunning = this.#state === 'downloading';
    this.tell({
      state: this.#state,
      bytesDone: this.#done,
      bytesTotal: this.#total,
      bytesPerSecond: isRunning ? bytesPerSecond : 0,
      etaMs: isRunning && bytesPerSecond > 0 ? Math.round((left / bytesPerSecond) * 1000) : null,
      ...(this.#text === undefined ? {} : { text: this.#text }),
    });
  }
}
