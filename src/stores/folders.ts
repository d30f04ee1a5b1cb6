import { FolderCalls, type CallLimits } from './folder-calls.js';
import { FOLDER_LIMITS, type FolderLimits } from './folder-limits.js';
import { FolderThreads } from './folder-threads.js';

/** The folders that a process uses, each with its own calls: one that hangs holds up no other. */
export class Folders {
  readonly #threads: FolderThreads;
  readonly #limits: FolderLimits;
  readonly #calls = new Map<string, FolderCalls>();

  constructor(limits: Partial<FolderLimits> = {}, threads = new FolderThreads()) {
    this.#limits = { ...FOLDER_LIMITS, ...limits };
    this.#threads = threads;
  }

  /** How many threads are held by calls that have not answered yet. */
  get held(): number {
    return this.#threads.held;
  }

  /** To look at what lies below the folder, and to read it. */
  of(path: string): FolderCalls {
    return this.#named(path, `the folder ${path}`, this.#limits);
  }

  /** To look where a path leads that names none of the folders. They are of users' making, so all of them share one. */
  elsewhere(): FolderCalls {
    return this.#named('', 'the folder that it lies in', this.#limits);
  }

  /** To write below the folder. */
  writingTo(path: string): FolderCalls {
    const { writeMs: answerMs, againMs } = this.#limits;
    return this.#named(`to ${path}`, `the folder ${path}`, { answerMs, againMs: Math.max(againMs, answerMs) });
  }

  #named(key: string, name: string, limits: CallLimits): FolderCalls {
    const calls = this.#calls.get(key) ?? new FolderCalls(name, limits, this.#threads);
    this.#calls.set(key, calls);
    return calls;
  }
}

let ofThisProcess: Folders | undefined;

/** Those of this process: it has one set of threads, whoever uses them. */
export function foldersOfThisProcess(): Folders {
  return (ofThisProcess ??= new Folders());
}
