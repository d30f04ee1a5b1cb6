import { Slots } from './slots.js';

// What libuv takes where nothing is said (docs.libuv.org, "Thread pool work scheduling").
const LIBUV_THREADS = 4;
const MOST_AT_ONCE = 4;

/**
 * The threads of this process that folders may hold. Node.js has a few for files and for looking up names alike, and a call
 * to a share that hangs keeps its own until the share answers. So folders never get all of them, and each gets few.
 */
export class FolderThreads {
  /** How many calls one folder may have under way. */
  readonly atOnce: number;
  /** How many one folder may hold in all, those included that did not answer. */
  readonly mostOfOne: number;
  readonly #most: number;
  readonly #slots: Slots;
  #hung = 0;
  #held = 0;

  constructor(poolSize = threadsOfNode()) {
    this.#most = Math.max(1, poolSize - Math.max(2, Math.floor(poolSize / 4)));
    this.atOnce = Math.min(MOST_AT_ONCE, Math.max(1, Math.floor(this.#most / 3)));
    this.mostOfOne = Math.max(2 * this.atOnce, Math.floor(this.#most / 4));
    this.#slots = new Slots(this.#most);
  }

  /** How many are held by calls that did not answer in time. */
  get hung(): number {
    return this.#hung;
  }

  /** How many are held in all. */
  get held(): number {
    return this.#held;
  }

  /**
   * Whether a folder that owes answers may be tried once more. One that still hangs costs a thread for each try, so what
   * is tried leaves half of them to the folders that answer.
   */
  get areToSpare(): boolean {
    return this.#hung < Math.floor(this.#most / 2);
  }

  /** Waits for a thread. False where calls that do not answer hold all that folders may have. */
  async enter(): Promise<boolean> {
    if (this.#hung >= this.#most || !(await this.#slots.enter())) return false;
    this.#held += 1;
    return true;
  }

  leave(): void {
    this.#held -= 1;
    this.#slots.leave();
  }

  /** A call that has a thread did not answer in time. */
  hangs(): void {
    this.#hung += 1;
    if (this.#hung >= this.#most) this.#slots.dismiss();
  }

  /** It has answered after all. */
  returned(): void {
    this.#hung -= 1;
  }
}

/** How many threads Node.js has for files, which is settled when the first is used: see `scripts/start.cjs`. */
function threadsOfNode(): number {
  const said = Number(process.env['UV_THREADPOOL_SIZE']);
  return Number.isInteger(said) && said > 0 ? Math.min(said, 1024) : LIBUV_THREADS;
}
