import { open } from 'node:fs/promises';
import { createSHA256 } from 'hash-wasm';
import { sleep } from '../../client/back-off.js';
import type { Digest } from '../../domain/digest.js';
import { systemCode } from '../../platform/files/system-code.js';
import { seenAt } from '../cache/blob-facts.js';
import type { NodeCache } from '../cache/node-cache.js';
import type { VersionKey } from '../cache/version-key.js';
import { CheckpointFile } from './checkpoint.js';
import { Pace } from './pace.js';

const CHUNK = 256 * 1024;
const LOOK_AGAIN_MS = 10_000;

export interface ScrubOptions {
  readonly bytesPerSecond: number;
  /** How long a blob counts as verified, in milliseconds. */
  readonly everyMs: number;
  /** How many bytes at most are read again after a kill. */
  readonly checkpointBytes?: number;
  readonly now?: () => number;
}

/** What the reading of one blob showed. `versions` were visible with it and are not any more. */
export type Scrubbed =
  | { readonly state: 'right'; readonly digest: Digest; readonly size: number }
  | { readonly state: 'gone'; readonly digest: Digest }
  | {
      readonly state: 'rotten';
      readonly digest: Digest;
      readonly versions: readonly VersionKey[];
      /** What was found instead, for people. */
      readonly text: string;
    };

/**
 * Reads what lies in the cache over time, at a limited rate, what was verified longest ago first. Blobs whose bytes are
 * wrong or cannot be read are taken out of use with the versions that show them; fetching those again is the caller's.
 */
export class Scrub {
  readonly #checkpoints: CheckpointFile;
  readonly #now: () => number;

  constructor(
    private readonly cache: NodeCache,
    private readonly options: ScrubOptions,
  ) {
    this.#checkpoints = new CheckpointFile(cache.folder);
    this.#now = options.now ?? Date.now;
  }

  /** Scrubs until the signal is aborted, and tells what each blob showed. */
  async run(signal: AbortSignal, told: (result: Scrubbed) => void): Promise<void> {
    while (!signal.aborted) {
      try {
        const result = await this.next(signal);
        if (result) told(result);
        else await sleep(LOOK_AGAIN_MS, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  /**
   * Reads the blob that was verified longest ago; null where none is due. Goes on where an earlier reading of it was
   * stopped. Rejects with the signal's reason once the place is noted.
   */
  async next(signal?: AbortSignal): Promise<Scrubbed | null> {
    const digest = await this.#due();
    if (digest === null) return null;
    const path = this.cache.folder.blob(digest);
    const seen = await seenAt(path);
    if (seen === null) return this.#rotten(digest, 'its file is gone');
    const found = await this.#read(digest, path, seen.print, signal).catch((error: unknown) => {
      if (signal?.aborted || systemCode(error) === undefined) throw error;
      return `cannot be read (${systemCode(error)})`;
    });
    await this.#checkpoints.clear();
    if (this.cache.blobs.sizeOf(digest) === null) return { state: 'gone', digest };
    if (found !== digest)
      return this.#rotten(digest, found.startsWith('sha256:') ? `its bytes have the digest ${found}` : found);
    this.cache.blobs.verified(digest, seen);
    return { state: 'right', digest, size: seen.size };
  }

  // A reading that was stopped comes first: its blob was the one that had waited longest.
  async #due(): Promise<Digest | null> {
    const begun = (await this.#checkpoints.read())?.digest;
    if (begun !== undefined && this.cache.blobs.sizeOf(begun) !== null) return begun;
    const now = this.#now();
    const oldest = this.cache.blobs.longestUnverified(now);
    return oldest !== null && now - oldest.verifiedAt >= this.options.everyMs ? oldest.digest : null;
  }

  async #rotten(digest: Digest, why: string): Promise<Scrubbed> {
    const versions = await this.cache.quarantine(digest);
    return { state: 'rotten', digest, versions, text: `the blob ${digest} is damaged: ${why}` };
  }

  async #read(digest: Digest, path: string, print: string, signal?: AbortSignal): Promise<string> {
    const { bytesPerSecond, checkpointBytes = 256 * 1024 * 1024 } = this.options;
    const hash = (await createSHA256()).init();
    const begun = await this.#checkpoints.read();
    let offset = 0;
    if (begun?.digest === digest && begun.print === print && load(hash, begun.hash)) offset = begun.offset;
    let noted = offset;
    const note = async (): Promise<void> => {
      if (offset > noted)
        await this.#checkpoints.write({ digest, print, offset, hash: hash.save() }).catch(() => undefined);
      noted = offset;
    };
    const pace = new Pace(bytesPerSecond);
    const buffer = Buffer.allocUnsafe(CHUNK);
    const handle = await open(path, 'r');
    try {
      for (;;) {
        signal?.throwIfAborted();
        const { bytesRead } = await handle.read(buffer, 0, CHUNK, offset);
        if (bytesRead === 0) return `sha256:${hash.digest('hex')}`;
        hash.update(buffer.subarray(0, bytesRead));
        offset += bytesRead;
        if (offset - noted >= checkpointBytes) await note();
        await pace.took(bytesRead, signal);
      }
    } catch (error) {
      if (signal?.aborted) await note();
      throw error;
    } finally {
      await handle.close();
    }
  }
}

type Hash = Awaited<ReturnType<typeof createSHA256>>;

// Another release of the library may keep its state in another way; then the blob is read from its beginning.
function load(hash: Hash, state: Uint8Array): boolean {
  try {
    hash.load(state);
    return true;
  } catch {
    hash.init();
    return false;
  }
}
