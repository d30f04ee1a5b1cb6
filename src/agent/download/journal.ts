import { readFile, rm } from 'node:fs/promises';
import { writeDurably } from '../cache/durable.js';
import { rangesIn, type Ranges } from './ranges.js';

/** What an unfinished file has: ranges that are on the disk, of an object that bore this mark (null: that had none). */
export interface Journal {
  readonly size: number;
  readonly mark: string | null;
  readonly ranges: Ranges;
}

/** The journal of an unfinished file. It is only ever behind what is on the disk, never ahead. */
export class JournalFile {
  constructor(
    private readonly path: string,
    private readonly staging: string,
  ) {}

  /** What the journal says of an object of this size and mark; null where it says nothing of that one. */
  async read(size: number, mark: string | null): Promise<Ranges | null> {
    const text = await readFile(this.path, 'utf8').catch(() => '');
    try {
      const journal = JSON.parse(text) as Partial<Journal>;
      return journal.size === size && journal.mark === mark ? rangesIn(journal.ranges, size) : null;
    } catch {
      return null;
    }
  }

  /** The bytes of these ranges must be on the disk already (fsync). */
  async write(journal: Journal): Promise<void> {
    await writeDurably(this.path, `${JSON.stringify(journal)}\n`, this.staging);
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}
