import type { Digest } from '../../domain/digest.js';
import type { Evictable } from './choose-evictions.js';
import type { Holding } from './holding.js';
import { ownsPartial } from './holdings.js';
import { nameOf } from './version-key.js';

/** What lies in the cache, for whoever has to make room. */
export interface Contents {
  readonly holdings: readonly Holding[];
  /** Bytes of each blob. */
  readonly blobs: ReadonlyMap<Digest, number>;
  /** Bytes on the disk of each unfinished file. */
  readonly partials: ReadonlyMap<string, number>;
  readonly neededAt: ReadonlyMap<string, number>;
}

/** A version, or something that belongs to none. */
export interface CacheItem extends Evictable {
  readonly holding: Holding | null;
}

/** The versions, blobs and unfinished files of a cache as things to evict, and the bytes of each part of them. */
export function evictables(
  { holdings, blobs, partials, neededAt }: Contents,
  isProtected: (name: string) => boolean,
): { items: CacheItem[]; sizes: Map<string, number> } {
  const sizes = new Map<string, number>([...blobs, ...partials]);
  const owned = new Set<string>();
  const items = holdings.map((holding): CacheItem => {
    const contents = new Set<string>(holding.files.map(({ digest }) => digest).filter((digest) => blobs.has(digest)));
    for (const name of partials.keys()) if (ownsPartial(holding, name)) contents.add(name);
    for (const part of contents) owned.add(part);
    const name = nameOf(holding);
    return { name, neededAt: neededAt.get(name) ?? 0, isProtected: isProtected(name), contents, holding };
  });
  for (const part of sizes.keys()) {
    if (owned.has(part)) continue;
    // What belongs to no version is needed least of all.
    items.push({ name: part, neededAt: -1, isProtected: false, contents: new Set([part]), holding: null });
  }
  return { items, sizes };
}
