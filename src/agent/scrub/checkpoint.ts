import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDigest, type Digest } from '../../domain/digest.js';
import type { CacheFolder } from '../cache/cache-folder.js';
import { writeDurably } from '../cache/durable.js';

/** How far the reading of a blob has come. */
export interface Checkpoint {
  readonly digest: Digest;
  /** How the file looked when the reading began (`BlobFacts.print`). */
  readonly print: string;
  /** Bytes read. */
  readonly offset: number;
  /** The state of the hash over them. */
  readonly hash: Uint8Array;
}

/** Keeps the checkpoint of a scrub in the cache folder, so that a large file need not be begun anew after a restart. */
export class CheckpointFile {
  readonly #path: string;

  constructor(private readonly folder: CacheFolder) {
    this.#path = join(folder.root, 'scrub.json');
  }

  async read(): Promise<Checkpoint | null> {
    const text = await readFile(this.#path, 'utf8').catch(() => '');
    try {
      const { digest, print, offset, hash } = JSON.parse(text) as Record<string, unknown>;
      const known = parseDigest(digest);
      if (known === null || typeof print !== 'string' || typeof hash !== 'string') return null;
      if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) return null;
      return { digest: known, print, offset, hash: Buffer.from(hash, 'base64') };
    } catch {
      return null;
    }
  }

  async write({ digest, print, offset, hash }: Checkpoint): Promise<void> {
    const text = JSON.stringify({ digest, print, offset, hash: Buffer.from(hash).toString('base64') });
    await writeDurably(this.#path, text, this.folder.staging());
  }

  async clear(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}
