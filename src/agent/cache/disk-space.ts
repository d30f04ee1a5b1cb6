import { lstat, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoring } from '../../platform/files/system-code.js';

/** How much a cache may take. Both in bytes. */
export interface DiskLimits {
  /** The most that blobs and downloads may have together; null where only the disk limits them. */
  readonly budget: number | null;
  /** What must stay free on the file system, for whatever else lives there. */
  readonly floor: number;
}

/** Bytes that could be written now, and which limit says so. Below zero where a limit is overstepped already. */
export interface FreeSpace {
  readonly bytes: number;
  readonly limit: 'budget' | 'disk';
}

/** What is free under both limits, when `used` bytes are in the cache and `unwritten` are promised. */
export function freeUnder(
  { budget, floor }: DiskLimits,
  { used, unwritten, onDisk }: { used: number; unwritten: number; onDisk: number },
): FreeSpace {
  const disk = onDisk - unwritten - floor;
  const left = budget === null ? Infinity : budget - used - unwritten;
  return left <= disk ? { bytes: left, limit: 'budget' } : { bytes: disk, limit: 'disk' };
}

/** Bytes free on the file system for this user. */
export async function freeOnDisk(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** What each unfinished file takes on the disk, in bytes: such a file has holes. */
export async function sizesOnDisk(folder: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (const name of await readdir(folder)) {
    const found = await lstat(join(folder, name, 'bytes')).catch(ignoring('ENOENT', 'ENOTDIR'));
    // POSIX counts in blocks of 512 bytes here, whatever those of the file system are.
    sizes.set(name, (found?.blocks ?? 0) * 512);
  }
  return sizes;
}
