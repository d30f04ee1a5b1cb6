import type { Digest } from '../../domain/digest.js';
import type { Slice, SliceAnswer } from './hashing.js';

/** So much is read between two looks at what else there is to do. In bytes. */
const SLICE = 16 * 1024 * 1024;

/** A file that is hashed from its first byte on, while it is still being written further on. */
export class HashJob {
  #at = 0;
  #front = 0;
  #asked: number | null = null;
  #end: Exclude<Slice['next'], 'wait'> | null = null;
  #isOver = false;
  readonly #over: Promise<SliceAnswer>;
  #finish: (answer: SliceAnswer) => void = () => undefined;

  /** `send` gives a slice to the thread, which calls `answered`; `onOver` is told when nothing more comes. */
  constructor(
    private readonly send: (slice: Pick<Slice, 'from' | 'upTo' | 'next'>) => void,
    onOver: () => void,
  ) {
    this.#over = new Promise((resolve) => {
      this.#finish = (answer) => {
        this.#isOver = true;
        onOver();
        resolve(answer);
      };
    });
  }

  /** So many bytes from the first one on are there to be read. */
  advance(front: number): void {
    this.#front = Math.max(this.#front, front);
    this.#next();
  }

  /** The digest of so many bytes, all of which are there. Rejects where they cannot be read. */
  async digest(size: number): Promise<Digest> {
    this.#end = 'digest';
    this.advance(size);
    const { hex, error } = await this.#over;
    if (hex === undefined) throw new Error(`the file could not be hashed: ${error ?? 'it was given up'}`);
    return `sha256:${hex}`;
  }

  /** Gives up. Once this has resolved, nobody reads the file any more. */
  async forget(): Promise<void> {
    if (this.#isOver) return;
    this.#end = 'forget';
    this.#next();
    await this.#over;
  }

  /** The thread's answer to the slice that was sent last. */
  answered(answer: SliceAnswer): void {
    if (this.#isOver) return;
    this.#at = this.#asked ?? this.#at;
    this.#asked = null;
    const isLast = answer.hex !== undefined || answer.error !== undefined || this.#end === 'forget';
    if (isLast) this.#finish(answer);
    else this.#next();
  }

  #next(): void {
    if (this.#isOver || this.#asked !== null) return;
    const isForgotten = this.#end === 'forget';
    if (isForgotten && this.#at === 0) return this.#finish({ id: 0 });
    const from = this.#at;
    const upTo = isForgotten ? from : Math.min(this.#front, from + SLICE);
    const isAll = upTo === this.#front && this.#end !== null;
    if (from === upTo && !isAll && !isForgotten) return;
    this.#asked = upTo;
    this.send({ from, upTo, next: isForgotten ? 'forget' : isAll ? 'digest' : 'wait' });
  }
}
