/** Something that may be thrown away as a whole: a version, or what no version needs. */
export interface Evictable {
  readonly name: string;
  /** When it was last needed, milliseconds since 1970. */
  readonly neededAt: number;
  readonly isProtected: boolean;
  /** What it consists of: blobs and unfinished files, by name. Several versions may share one. */
  readonly contents: ReadonlySet<string>;
}

export interface Eviction {
  /** What has to go, least recently needed first; empty where nothing has to, and where all of it were not enough. */
  readonly evict: readonly string[];
  readonly isEnough: boolean;
  /** Bytes that would be free after everything that may go went. */
  readonly mostFree: number;
}

/**
 * What has to go so that `needed` bytes fit into the `free` ones: unprotected things only, least recently needed first,
 * none whose going would free nothing that the need takes. What a thing shares with one that stays, stays. Where even
 * all of it were not enough, nothing goes. `sizes` are in bytes; `free` may be below zero.
 */
export function chooseEvictions(
  needed: number,
  free: number,
  things: readonly Evictable[],
  sizes: ReadonlyMap<string, number>,
): Eviction {
  const order = things.filter(({ isProtected }) => !isProtected).toSorted(byNeed);
  const users = new Map<string, number>();
  for (const { contents } of things) for (const part of contents) users.set(part, (users.get(part) ?? 0) + 1);
  const chosen: Evictable[] = [];
  let after = free;
  let enough = after >= needed;
  const mostFree = free + sum(order, (thing) => release(thing, users, sizes));
  for (const thing of order) take(thing, users);
  if (!enough && mostFree < needed) return { evict: [], isEnough: false, mostFree };
  for (const thing of order) {
    if (enough) break;
    chosen.push(thing);
    after += release(thing, users, sizes);
    enough = after >= needed;
  }
  // Something may have been chosen in vain: it shares all it has with a thing that stays, or a later one was large.
  const spared = new Set<Evictable>();
  for (const thing of chosen.toReversed()) {
    const taken = take(thing, users, sizes);
    if (after - taken < needed) release(thing, users, sizes);
    else {
      after -= taken;
      spared.add(thing);
    }
  }
  const evict = chosen.filter((thing) => !spared.has(thing)).map(({ name }) => name);
  return { evict, isEnough: true, mostFree };
}

function byNeed(one: Evictable, other: Evictable): number {
  return one.neededAt - other.neededAt || (one.name < other.name ? -1 : 1);
}

/** Bytes that become free when this lets go of its contents. */
function release(thing: Evictable, users: Map<string, number>, sizes: ReadonlyMap<string, number>): number {
  return sum([...thing.contents], (part) => {
    const left = (users.get(part) ?? 0) - 1;
    users.set(part, left);
    return left === 0 ? (sizes.get(part) ?? 0) : 0;
  });
}

/** Bytes that are taken again when this keeps its contents after all. */
function take(thing: Evictable, users: Map<string, number>, sizes: ReadonlyMap<string, number> = new Map()): number {
  return sum([...thing.contents], (part) => {
    const before = users.get(part) ?? 0;
    users.set(part, before + 1);
    return before === 0 ? (sizes.get(part) ?? 0) : 0;
  });
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
