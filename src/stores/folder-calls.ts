import type { FolderThreads } from './folder-threads.js';
import { Slots } from './slots.js';

/** What came of a call: its value, or what to say of a folder that does not answer. */
export type Answer<T> = { readonly value: T } | { readonly silent: string };

export interface CallOptions<T> {
  /** Ends the wait with the signal's own reason; the call itself cannot be stopped. */
  readonly signal?: AbortSignal | undefined;
  /** For a value that comes when nobody waits for it any more. */
  readonly undo?: (value: T) => unknown;
}

/** What can be closed; a `FileHandle`, for instance. */
export interface Closable {
  close(): Promise<void>;
}

/** Times are in milliseconds. */
export interface CallLimits {
  readonly answerMs: number;
  /** Until a folder that owes answers is tried once more; after each try in vain, twice as long. */
  readonly againMs: number;
}

// However long it has owed answers.
const MOST_AGAIN_MS = 4 * 60 * 60_000;

/**
 * The calls to one folder, which may lie on a share that hangs: such a call blocks one of the few threads of the process
 * until the share answers, and nothing can stop it. So there are few at once, each has a time limit, and once one has
 * passed it the folder is not asked again before an answer has come, but for a try now and then: a share that was mounted
 * anew answers, while old calls hang for good. Each try in vain costs a thread, so they become rare.
 */
export class FolderCalls {
  readonly #mine: Slots;
  readonly #unclosed: Closable[] = [];
  #hung = 0;
  #silent = false;
  #inVain = 0;
  #tryAgainAt = 0;

  /** `name` is for people: `the folder /mnt/models`. */
  constructor(
    private readonly name: string,
    private readonly limits: CallLimits,
    private readonly threads: FolderThreads,
  ) {
    this.#mine = new Slots(threads.atOnce);
  }

  /**
   * Does one thing with the folder. `work` may call the file system several times, but only once at a time: it has one
   * thread. Throws what `work` throws, and the signal's reason.
   */
  async run<T>(work: () => Promise<T>, options: CallOptions<T> = {}): Promise<Answer<T>> {
    options.signal?.throwIfAborted();
    const isTry = this.#silent;
    if (!this.#mayAsk()) return this.#noAnswer();
    if (isTry) this.#tryLater();
    if (!(await this.#mine.enter())) return this.#noAnswer();
    const hasThread = await this.threads.enter();
    // The folder may have fallen silent, and the caller may have gone, while they waited.
    const mayAsk = isTry || !this.#silent;
    if (hasThread && mayAsk && options.signal?.aborted !== true) return this.#watched(work, isTry, options);
    this.#mine.leave();
    if (hasThread) this.threads.leave();
    options.signal?.throwIfAborted();
    return this.#silent ? this.#noAnswer() : { silent: `${this.name} was not asked: ${OTHERS_HANG}` };
  }

  /** Closes a file: at once, or when a folder that does not answer does so again, without waiting for that. */
  async close(file: Closable): Promise<void> {
    let begun = false;
    const closing = async (): Promise<void> => {
      begun = true;
      // Whatever had to be on the disk was put there before: what a close says changes nothing.
      await file.close().catch(() => undefined);
    };
    if (!this.#silent) await this.run(closing);
    if (!begun) this.#unclosed.push(file);
  }

  // One call that never answers closes the folder only for a while; as many as one folder may hold close it.
  #mayAsk(): boolean {
    if (this.#hung >= this.threads.mostOfOne) return false;
    return !this.#silent || (performance.now() >= this.#tryAgainAt && this.threads.areToSpare);
  }

  #tryLater(): void {
    this.#tryAgainAt = performance.now() + Math.min(MOST_AGAIN_MS, this.limits.againMs * 2 ** this.#inVain);
  }

  #watched<T>(work: () => Promise<T>, isTry: boolean, { signal, undo }: CallOptions<T>): Promise<Answer<T>> {
    return new Promise((resolve, reject) => {
      let [awaited, late] = [true, false];
      const gone = (): void => {
        awaited = false;
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        late = true;
        // It may hang for good, and the signal may last as long as the process.
        signal?.removeEventListener('abort', gone);
        this.#hangs(isTry);
        resolve(this.#noAnswer());
      }, this.limits.answerMs);
      const settled = (): boolean => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', gone);
        this.#answers(late);
        return awaited && !late;
      };
      signal?.addEventListener('abort', gone, { once: true });
      work().then(
        (value) => (settled() ? resolve({ value }) : undo?.(value)),
        (error: Error) => settled() && reject(error),
      );
    });
  }

  #hangs(isTry: boolean): void {
    this.#hung += 1;
    // Those that were under way when it fell silent are no tries.
    if (isTry) this.#inVain += 1;
    this.#silent = true;
    this.#tryLater();
    this.threads.hangs();
    this.#mine.dismiss();
    // Others may ask in its place, once the folder answers again; so that never more hang than one folder may hold.
    if (this.#hung <= this.#spare) this.#mine.leave();
  }

  #answers(late: boolean): void {
    if (late) {
      this.#hung -= 1;
      this.threads.returned();
    }
    if (!late || this.#hung >= this.#spare) this.#mine.leave();
    this.threads.leave();
    this.#silent = false;
    this.#inVain = 0;
    for (const file of this.#unclosed.splice(0)) void this.close(file);
  }

  /** How many may hang without fewer than usual being asked at once. */
  get #spare(): number {
    return this.threads.mostOfOne - this.threads.atOnce;
  }

  #noAnswer(): { silent: string } {
    const said = `${this.name} did not answer within ${this.limits.answerMs / 1000} s: is its server away?`;
    if (this.#hung < this.threads.mostOfOne) return { silent: said };
    return { silent: `${said} ${this.#hung} calls hang: it is asked again when one comes back, or after a restart` };
  }
}

const OTHERS_HANG = 'other folders do not answer, and hold all threads that there are for folders';
