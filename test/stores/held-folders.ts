import { FolderCalls, type Answer, type CallOptions } from '../../src/stores/folder-calls.js';
import { Folders } from '../../src/stores/folders.js';
import { FolderThreads } from '../../src/stores/folder-threads.js';

/** In milliseconds. Those that answer have all the time that a busy machine may take. */
export const SILENT_MS = 2_000;
const PATIENT_MS = 600_000;

/**
 * Folders whose calls can be held up, as those to a share are whose server is away: a held call comes to its file system
 * only when it is let go. Only those below `mayBeSilent` have a short time to answer.
 */
export class HeldFolders extends Folders {
  /** How many calls have begun and wait to be let go. */
  waiting = 0;
  /** How many calls have begun in all. */
  begun = 0;
  #held = new Set<string>();
  #release: (() => void)[] = [];
  readonly #calls = new Map<string, FolderCalls>();
  readonly #threads = new FolderThreads(16);

  constructor(private readonly mayBeSilent: readonly string[]) {
    super();
  }

  hold(folder: string): void {
    this.#held.add(folder);
  }

  letGo(): void {
    this.#held.clear();
    for (const go of this.#release.splice(0)) go();
  }

  override of(path: string): FolderCalls {
    return this.#heldCalls(path, path);
  }

  override writingTo(path: string): FolderCalls {
    return this.#heldCalls(`to ${path}`, path);
  }

  #heldCalls(key: string, path: string): FolderCalls {
    const before = (): Promise<void> => this.#untilFree(path);
    const answerMs = this.mayBeSilent.includes(path) ? SILENT_MS : PATIENT_MS;
    const calls = this.#calls.get(key) ?? new HeldCalls(`the folder ${path}`, answerMs, this.#threads, before);
    this.#calls.set(key, calls);
    return calls;
  }

  async #untilFree(path: string): Promise<void> {
    this.begun += 1;
    if (!this.#held.has(path)) return;
    this.waiting += 1;
    await new Promise<void>((resolve) => this.#release.push(resolve));
    this.waiting -= 1;
  }
}

class HeldCalls extends FolderCalls {
  constructor(
    name: string,
    answerMs: number,
    threads: FolderThreads,
    private readonly before: () => Promise<void>,
  ) {
    super(name, { answerMs, againMs: PATIENT_MS }, threads);
  }

  override run<T>(work: () => Promise<T>, options?: CallOptions<T>): Promise<Answer<T>> {
    const held = async (): Promise<T> => {
      await this.before();
      return work();
    };
    return super.run(held, options);
  }
}
