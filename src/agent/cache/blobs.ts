import { chmod, link, readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hexOf, parseDigest, type Digest } from '../../domain/digest.js';
import { ignoring } from '../../platform/files/system-code.js';
import { seenAt } from './blob-facts.js';
import type { CacheFolder } from './cache-folder.js';
import { makeFolder, removeDurably, syncFolder } from './durable.js';
import { hashFile } from './hash-file.js';
import type { StateFile } from './state-file.js';

/** Each file once, by digest. What has a name here was verified before it got it. */
export class Blobs {
  constructor(
    private readonly folder: CacheFolder,
    private readonly state: StateFile,
    private readonly now: () => number,
  ) {}

  /** In bytes, all together. */
  get bytes(): number {
    let bytes = 0;
    for (const { size } of this.state.blobs.values()) bytes += size;
    return bytes;
  }

  /** In bytes, each. */
  sizes(): Map<Digest, number> {
    return new Map([...this.state.blobs].map(([digest, { size }]) => [digest, size]));
  }

  /**
   * The blob whose bytes were read longest ago, and when: milliseconds since 1970. Null where there is none. A time that
   * has yet to come says nothing, since the clock was set back: it counts as never.
   */
  longestUnverified(now: number): { digest: Digest; verifiedAt: number } | null {
    let oldest: { digest: Digest; verifiedAt: number } | null = null;
    for (const [digest, facts] of this.state.blobs) {
      const verifiedAt = facts.verifiedAt > now ? -Infinity : facts.verifiedAt;
      if (oldest === null || verifiedAt < oldest.verifiedAt) oldest = { digest, verifiedAt };
    }
    return oldest;
  }

  digests(): Digest[] {
    return [...this.state.blobs.keys()];
  }

  sizeOf(digest: Digest): number | null {
    return this.state.blobs.get(digest)?.size ?? null;
  }

  /**
   * Compares what lies on the disk with what is remembered. Answers the digests of files that changed behind our back
   * or cannot be told: their bytes must be read before they are trusted.
   */
  async load(): Promise<Digest[]> {
    const found = await this.#onDisk();
    for (const digest of this.digests()) if (!found.has(digest)) this.state.blobs.delete(digest);
    const suspects: Digest[] = [];
    for (const digest of found) {
      const seen = await seenAt(this.folder.blob(digest));
      const known = this.state.blobs.get(digest);
      if (seen !== null && known?.print === seen.print) continue;
      if (seen !== null && known === undefined) this.state.blobs.set(digest, { ...seen, verifiedAt: 0 });
      else suspects.push(digest);
    }
    this.state.touch();
    return suspects;
  }

  /**
   * Whether the blob lies here, with the bytes that it was verified with. A file that somebody wrote to or put in its
   * place is read again. Throws what reading throws.
   */
  async look(digest: Digest): Promise<'right' | 'wrong' | 'absent'> {
    const known = this.state.blobs.get(digest);
    if (known === undefined) return 'absent';
    const seen = await seenAt(this.folder.blob(digest));
    if (seen?.print === known.print) return 'right';
    return (await this.verify(digest)) === digest ? 'right' : 'wrong';
  }

  /** Reads the blob and remembers that it is right. Answers the digest that its bytes have, null where it is gone. */
  async verify(digest: Digest): Promise<Digest | null> {
    const path = this.folder.blob(digest);
    const seen = await seenAt(path);
    const found = seen === null ? null : await hashFile(path);
    if (seen !== null && found === digest) this.verified(digest, seen);
    return found;
  }

  verified(digest: Digest, seen: { size: number; print: string }): void {
    this.state.blobs.set(digest, { size: seen.size, print: seen.print, verifiedAt: this.now() });
    this.state.touch();
  }

  /** Gives a finished file its place. It must be on the disk already (fsync), and its bytes must have the digest. */
  async admit(file: string, digest: Digest): Promise<void> {
    const path = this.folder.blob(digest);
    await chmod(file, 0o444);
    await makeFolder(dirname(path));
    await rename(file, path);
    await syncFolder(dirname(path));
    const seen = await seenAt(path);
    if (seen !== null) this.verified(digest, seen);
  }

  /** Adds a name for the blob's bytes. */
  async linkTo(digest: Digest, path: string): Promise<void> {
    await link(this.folder.blob(digest), path);
  }

  /** Whether the file at the path is this blob, under another name. */
  async isAt(digest: Digest, path: string): Promise<boolean> {
    const known = this.state.blobs.get(digest);
    return known !== undefined && (await seenAt(path))?.print === known.print;
  }

  async remove(digest: Digest): Promise<void> {
    this.state.blobs.delete(digest);
    this.state.touch();
    await removeDurably(this.folder.blob(digest), this.folder.staging()).catch(ignoring('ENOENT'));
  }

  async #onDisk(): Promise<Set<Digest>> {
    const digests = new Set<Digest>();
    for (const start of await readdir(this.folder.blobs())) {
      for (const hex of (await readdir(join(this.folder.blobs(), start)).catch(ignoring('ENOTDIR'))) ?? []) {
        const digest = parseDigest(`sha256:${hex}`);
        if (digest !== null && hexOf(digest).startsWith(start)) digests.add(digest);
      }
    }
    return digests;
  }
}
