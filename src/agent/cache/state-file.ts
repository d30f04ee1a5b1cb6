import { readFile } from 'node:fs/promises';
import { parseDigest, type Digest } from '../../domain/digest.js';
import type { BlobFacts } from './blob-facts.js';
import type { CacheFolder } from './cache-folder.js';
import { writeDurably } from './durable.js';

const WRITE_AFTER_MS = 1_000;

/**
 * What the cache remembers beside the files themselves: when each blob was last verified and how its file looked then,
 * and when each version was last needed. Losing it, or its last second, makes nothing wrong: a blob that it does not
 * know was verified before it got its name, and only has to be looked at sooner.
 */
export class StateFile {
  readonly blobs = new Map<Digest, BlobFacts>();
  /** By `nameOf`, milliseconds since 1970. */
  readonly neededAt = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly folder: CacheFolder,
    private readonly onProblem: (error: unknown) => void,
  ) {}

  async load(): Promise<void> {
    const text = await readFile(this.folder.state(), 'utf8').catch(() => '');
    const { blobs, neededAt } = contentsOf(text);
    for (const [hex, facts] of Object.entries(blobs)) {
      const digest = parseDigest(`sha256:${hex}`);
      if (digest !== null && isFacts(facts)) this.blobs.set(digest, facts);
    }
    for (const [name, at] of Object.entries(neededAt)) if (typeof at === 'number') this.neededAt.set(name, at);
  }

  /** Something changed: it will be on disk within a second or so. */
  touch(): void {
    this.#timer ??= setTimeout(() => void this.save(), WRITE_AFTER_MS).unref();
  }

  /** Writes now. A disk that is full or broken is told to `onProblem`, since nothing depends on this. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  async #write(): Promise<void> {
    const blobs = Object.fromEntries([...this.blobs].map(([digest, facts]) => [digest.slice('sha256:'.length), facts]));
    const text = `${JSON.stringify({ blobs, neededAt: Object.fromEntries(this.neededAt) })}\n`;
    await writeDurably(this.folder.state(), text, this.folder.staging()).catch(this.onProblem);
  }
}

function contentsOf(text: string): { blobs: object; neededAt: object } {
  const objectAt = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});
  try {
    const { blobs, neededAt } = objectAt(JSON.parse(text)) as { blobs?: unknown; neededAt?: unknown };
    return { blobs: objectAt(blobs), neededAt: objectAt(neededAt) };
  } catch {
    return { blobs: {}, neededAt: {} };
  }
}

function isFacts(value: unknown): value is BlobFacts {
  const { size, print, verifiedAt } = (value ?? {}) as Partial<BlobFacts>;
  return typeof size === 'number' && typeof print === 'string' && typeof verifiedAt === 'number';
}
