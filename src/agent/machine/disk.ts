import type { NodeDiskView } from '../../contract/node-views.js';
import type { DiskLimits, NodeCache } from '../cache/index.js';
import { freeOnDisk, sizesOnDisk } from '../cache/disk-space.js';

/**
 * What the cache may use, what it uses, and what the file system has free above the floor; all in bytes. Without a
 * budget, it may use what it has and what is free.
 */
export async function diskOf(cache: NodeCache, { budget, floor }: DiskLimits): Promise<NodeDiskView> {
  const partials = await sizesOnDisk(cache.folder.partial());
  let usedBytes = cache.blobs.bytes;
  for (const bytes of partials.values()) usedBytes += bytes;
  const freeBytes = Math.max(0, (await freeOnDisk(cache.folder.root)) - floor);
  return { budgetBytes: budget ?? usedBytes + freeBytes, usedBytes, freeBytes };
}
