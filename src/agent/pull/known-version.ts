import { readFile } from 'node:fs/promises';
import type { Artifact } from '../../domain/version-record.js';
import { CacheFolder } from '../cache/cache-folder.js';
import { holdingIn } from '../cache/holding.js';
import type { VersionKey } from '../cache/index.js';

/**
 * The files of a version as the cache folder of this node's agent knows them, for when nobody else can be asked; null
 * where it knows nothing of the version. They have no place in a store.
 */
export async function knownVersion(cache: string, key: VersionKey): Promise<Artifact[] | null> {
  const text = await readFile(new CacheFolder(cache).holding(key), 'utf8').catch(() => '');
  const holding = holdingIn(text, key);
  return holding === null ? null : holding.files.map((file) => ({ ...file, uri: `cache://${file.digest}` }));
}
