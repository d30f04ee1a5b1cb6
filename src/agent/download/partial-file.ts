import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheFolder } from '../cache/cache-folder.js';
import { makeFolder, syncFolder } from '../cache/durable.js';
import { JournalFile } from './journal.js';
import { bytesIn, frontOf, withRange, type Ranges } from './ranges.js';

/** How long bytes may lie in memory before they are brought to the disk and noted, in milliseconds. */
const NOTE_EVERY_MS = 1_000;

/** What an unfinished file is going to be. `mark` is that of the object it is read from, null where that has none. */
export interface Unfinished {
  readonly name: string;
  readonly size: number;
  readonly mark: string | null;
}

/**
 * A file that is being written in several places at once, and that can be gone on with after a kill: what its journal
 * says to be there was on the disk before the journal said so.
 */
export class PartialFile {
  #ranges: Ranges;
  #noted: number;
  #noting: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #failure: unknown;

  private constructor(
    private readonly folder: string,
    private readonly handle: FileHandle,
    private readonly journal: JournalFile,
    private readonly object: Unfinished,
    ranges: Ranges,
  ) {
    this.#ranges = ranges;
    this.#noted = bytesIn(ranges);
  }

  /** Opens the unfinished file with what is there of it, or an empty one. */
  static async open(cache: CacheFolder, object: Unfinished): Promise<PartialFile> {
    const folder = join(cache.partial(), object.name);
    await makeFolder(folder);
    const journal = new JournalFile(join(folder, 'journal.json'), cache.staging());
    const ranges = await journal.read(object.size, object.mark);
    const handle = await open(join(folder, 'bytes'), 'a+').then(async (made) => {
      await made.close();
      // Not for appending: Linux would ignore where a write is to go.
      return open(join(folder, 'bytes'), 'r+');
    });
    try {
      const isWhole = ranges !== null && (await handle.stat()).size === object.size;
      const file = new PartialFile(folder, handle, journal, object, isWhole ? ranges : []);
      if (!isWhole) await file.clear();
      await syncFolder(folder);
      return file;
    } catch (error) {
      await handle.close();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** For whoever reads what was written, while this is open. */
  get fd(): number {
    return this.handle.fd;
  }

  get path(): string {
    return join(this.folder, 'bytes');
  }

  get ranges(): Ranges {
    return this.#ranges;
  }

  /** How many bytes are there. */
  get bytes(): number {
    return bytesIn(this.#ranges);
  }

  /** How many bytes are there from the first one on, without a gap. */
  get front(): number {
    return frontOf(this.#ranges);
  }

  /** Writes the chunks one after the other from `position` on. Throws the file system's error. */
  async write(chunks: Uint8Array[], position: number): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    let at = position;
    for (let left = chunks; left.length > 0;) {
      const { bytesWritten } = await this.handle.writev(left, at);
      this.#ranges = withRange(this.#ranges, { start: at, end: at + bytesWritten });
      at += bytesWritten;
      left = after(left, bytesWritten);
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.note().catch((error: unknown) => (this.#failure ??= error));
    }, NOTE_EVERY_MS);
  }

  /** Brings what was written to the disk, then says so in the journal. */
  async note(): Promise<void> {
    await this.#quiet();
    this.#noting = this.#note().finally(() => (this.#noting = null));
    await this.#noting;
  }

  /** Throws away all bytes: they were wrong. */
  async clear(): Promise<void> {
    await this.#quiet();
    await this.journal.remove();
    await syncFolder(this.folder);
    this.#ranges = [];
    this.#noted = 0;
    await this.handle.truncate(0);
    await this.handle.truncate(this.object.size);
  }

  /** Ends the writing of a complete file: all its bytes are on the disk. It stays open for reading. */
  async sync(): Promise<void> {
    await this.#quiet();
    await this.handle.sync();
  }

  /** Keeps what is there for another time. */
  async keep(): Promise<void> {
    try {
      await this.note();
    } finally {
      await this.handle.close();
    }
  }

  /** Throws the unfinished file away. Its bytes may have been given another name before; those stay. */
  async discard(): Promise<void> {
    await this.#quiet();
    await this.handle.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Waits for what is being noted, however that ends, and lets nothing begin by itself. */
  async #quiet(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#noting?.catch(() => undefined);
  }

  async #note(): Promise<void> {
    const ranges = this.#ranges;
    if (bytesIn(ranges) === this.#noted) return;
    await this.handle.datasync();
    await this.journal.write({ size: this.object.size, mark: this.object.mark, ranges });
    this.#noted = bytesIn(ranges);
  }
}

/** The chunks without their first bytes. */
function after(chunks: Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes;
  return chunks.flatMap((chunk) => {
    const gone = Math.min(left, chunk.byteLength);
    left -= gone;
    return gone === chunk.byteLength ? [] : [chunk.subarray(gone)];
  });
}
