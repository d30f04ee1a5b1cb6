import { setTimeout as sleep } from 'node:timers/promises';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { PresentObject } from './artifact-store.js';

// The kernel's clock for file times moves in steps, of 10 ms at most (CONFIG_HZ=100): two writes within one step look
// the same.
const STEP_MS = 20;

/**
 * The mark of a file: its size, and when it was last written. The inode is no part of it: network and overlay file
 * systems number files anew when they are mounted, and a copy that kept its time is no other file.
 */
export function fileMark({ size, mtimeNs }: BigIntStats): string {
  return `written:${mtimeNs}-${size}`;
}

/** What is to be said of a file. */
export type FileFacts = Pick<PresentObject, 'size' | 'etag' | 'mark' | 'lastModified'>;

/**
 * What is to be said of an open file, at a moment after which every write shows in its mark: just after a write, that
 * moment is waited for. A file that is written to all the while gets no mark, since none would hold.
 */
export async function markedFacts(handle: FileHandle, found: BigIntStats): Promise<FileFacts> {
  if (!isFresh(found)) return { ...factsOf(found), mark: fileMark(found) };
  await sleep(STEP_MS);
  const again = await handle.stat({ bigint: true });
  // By the file rather than the clock, which may have gone a little less far than was waited for, or differ from a server's.
  const isStill = again.mtimeNs === found.mtimeNs || !isFresh(again);
  return isStill ? { ...factsOf(again), mark: fileMark(again) } : factsOf(again);
}

function factsOf({ ino, size, mtime, mtimeNs }: BigIntStats): FileFacts {
  return { size: Number(size), etag: `${ino}-${size}-${mtimeNs}`, lastModified: mtime.toISOString() };
}

function isFresh({ mtimeNs }: BigIntStats): boolean {
  return Math.abs(Date.now() - Number(mtimeNs / 1_000_000n)) < STEP_MS;
}
