import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../domain/digest.js';
import type { Blobs } from './blobs.js';
import type { CacheFolder } from './cache-folder.js';
import { ownsPartial, type Holdings } from './holdings.js';
import { nameOf, type VersionKey } from './version-key.js';
import type { Views } from './views.js';

/** What a start found and did. */
export interface Recovered {
  /** Versions whose folders are there and whole. */
  readonly resident: readonly VersionKey[];
  /** Folders that were taken away, since a link in them was broken or nothing says what they should hold. */
  readonly dropped: readonly VersionKey[];
  /** Blobs that were changed while no agent looked, and are gone now. */
  readonly rotten: readonly Digest[];
}

/**
 * Brings a cache folder into order after its last owner ended, however it ended. Reads names and times, and bytes only
 * of blobs that somebody wrote to meanwhile.
 */
export async function recover(
  folder: CacheFolder,
  { blobs, holdings, views }: { blobs: Blobs; holdings: Holdings; views: Views },
): Promise<Recovered> {
  for (const name of await readdir(folder.staging())) {
    await rm(join(folder.staging(), name), { recursive: true, force: true });
  }
  await holdings.load();
  const rotten: Digest[] = [];
  for (const digest of await blobs.load()) {
    if ((await blobs.verify(digest)) === digest) continue;
    rotten.push(digest);
    await blobs.remove(digest);
  }
  const resident: VersionKey[] = [];
  const dropped: VersionKey[] = [];
  for (const key of await views.list()) {
    const holding = holdings.get(key);
    if (holding && (await views.isIntact(holding))) resident.push(key);
    else {
      await views.remove(key);
      dropped.push(key);
    }
  }
  for (const name of await readdir(folder.partial())) {
    if (holdings.all().some((holding) => ownsPartial(holding, name))) continue;
    await rm(join(folder.partial(), name), { recursive: true, force: true });
  }
  return { resident: resident.toSorted(byName), dropped: dropped.toSorted(byName), rotten };
}

function byName(one: VersionKey, other: VersionKey): number {
  return nameOf(one) < nameOf(other) ? -1 : 1;
}
