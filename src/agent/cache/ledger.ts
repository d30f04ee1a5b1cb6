/** A file that is going to be written. `name` is that of its unfinished file, `size` its whole size in bytes. */
export interface Planned {
  readonly name: string;
  readonly size: number;
}

interface Entry {
  readonly size: number;
  written: number;
  users: number;
}

/**
 * What running downloads have been promised and not yet written. Two that want the same file are promised it once, and
 * the room of one is never promised to another.
 */
export class Ledger {
  readonly #entries = new Map<string, Entry>();

  /** Bytes promised and not yet written. */
  get unwritten(): number {
    let bytes = 0;
    for (const { size, written } of this.#entries.values()) bytes += Math.max(0, size - written);
    return bytes;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** Promises room for the files; `onDisk` says how many bytes of a file are there already. */
  promise(files: readonly Planned[], onDisk: ReadonlyMap<string, number>): Reservation {
    const held = new Map<string, Entry>();
    for (const { name, size } of files) {
      if (held.has(name)) continue;
      const entry = this.#entries.get(name) ?? { size, written: Math.min(size, onDisk.get(name) ?? 0), users: 0 };
      entry.users += 1;
      this.#entries.set(name, entry);
      held.set(name, entry);
    }
    return {
      wrote: (name, written) => {
        const entry = held.get(name);
        if (entry) entry.written = written;
      },
      landed: (name) => void this.#entries.delete(name),
      release: () => {
        for (const [name, entry] of held) {
          entry.users -= 1;
          // Another entry of this name may have come after this one's file was complete.
          if (entry.users === 0 && this.#entries.get(name) === entry) this.#entries.delete(name);
        }
        held.clear();
      },
    };
  }
}

/** Room on the disk that is kept for one version's files. */
export interface Reservation {
  /** So many bytes of the file are on the disk now. */
  wrote(name: string, written: number): void;
  /** The file is complete: it counts as a blob from now on. */
  landed(name: string): void;
  /** Gives back what was not used. */
  release(): void;
}
