import type { CacheContents } from './cache-contents.js';
import { chooseEvictions } from './choose-evictions.js';
import { freeOnDisk, freeUnder, sizesOnDisk, type DiskLimits, type FreeSpace } from './disk-space.js';
import { evictables } from './evictables.js';
import type { Ledger, Planned, Reservation } from './ledger.js';
import { sizeText } from './size-text.js';
import type { VersionKey } from './version-key.js';

/** Whether there is room. Sizes are in bytes; `text` is for people, and has the numbers. */
export type Room =
  | { readonly granted: true; readonly evicted: readonly VersionKey[]; readonly reservation: Reservation }
  | {
      readonly granted: false;
      readonly needed: number;
      /** What is free after everything that may go went. Below zero where a limit is overstepped even then. */
      readonly available: number;
      readonly limit: FreeSpace['limit'];
      readonly text: string;
    };

export interface RoomRequest {
  readonly files: readonly Planned[];
  /** Whether a version must stay. It is asked by name (`nameOf`). */
  readonly isProtected: (name: string) => boolean;
  /** Told of each version before it goes. */
  readonly onEvicting?: (key: VersionKey) => void;
}

/**
 * Keeps room for files that are going to be written, after evicting what may go. Evicts nothing where even all of it
 * would not be enough.
 */
export async function makeRoom(
  contents: CacheContents,
  ledger: Ledger,
  limits: DiskLimits,
  { files, isProtected, onEvicting = () => undefined }: RoomRequest,
): Promise<Room> {
  const { folder, blobs, holdings, state } = contents;
  const partials = await sizesOnDisk(folder.partial());
  const used = blobs.bytes + sum(partials.values());
  const { unwritten } = ledger;
  const free = freeUnder(limits, { used, unwritten, onDisk: await freeOnDisk(folder.root) });
  const needed = neededFor(files, ledger, partials);
  const all = { holdings: holdings.all(), blobs: blobs.sizes(), partials, neededAt: state.neededAt };
  const { items, sizes } = evictables(all, isProtected);
  const { evict, isEnough, mostFree } = chooseEvictions(needed, free.bytes, items, sizes);
  if (!isEnough)
    return {
      granted: false,
      needed,
      available: mostFree,
      limit: free.limit,
      text: refusal(needed, mostFree, free.limit),
    };
  const evicted: VersionKey[] = [];
  for (const item of items.filter(({ name }) => evict.includes(name))) {
    if (item.holding) {
      const { model, version } = item.holding;
      evicted.push({ model, version });
      onEvicting({ model, version });
    }
    await contents.dropItem(item);
  }
  return { granted: true, evicted, reservation: ledger.promise(files, partials) };
}

/** Bytes of these files that are neither on the disk nor promised already. */
function neededFor(files: readonly Planned[], ledger: Ledger, partials: ReadonlyMap<string, number>): number {
  const missing = new Map(files.map(({ name, size }) => [name, Math.max(0, size - (partials.get(name) ?? 0))]));
  return sum([...missing].map(([name, bytes]) => (ledger.has(name) ? 0 : bytes)));
}

function refusal(needed: number, available: number, limit: FreeSpace['limit']): string {
  const where = limit === 'budget' ? "the cache's disk budget" : 'the disk, above the space that is to stay free,';
  if (available >= 0) {
    return `needs ${sizeText(needed)}, and ${where} has ${sizeText(available)} free after evicting what may go`;
  }
  const over = `${where} is overstepped by ${sizeText(-available)} even after evicting what may go`;
  return needed > 0 ? `needs ${sizeText(needed)}, and ${over}` : over;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
