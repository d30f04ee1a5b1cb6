import { lstat } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { ignoring } from '../../platform/files/system-code.js';

/** What is known of a blob without reading it. */
export interface BlobFacts {
  /** In bytes. */
  readonly size: number;
  /** Size, time of last change and file number together. While it stays the same, nobody wrote to the file. */
  readonly print: string;
  /** When its bytes were last read and found right, milliseconds since 1970. */
  readonly verifiedAt: number;
}

/** What can be seen of a file, or null where there is none. */
export async function seenAt(path: string): Promise<Omit<BlobFacts, 'verifiedAt'> | null> {
  const found = await lstat(path, { bigint: true }).catch(ignoring('ENOENT', 'ENOTDIR'));
  return found?.isFile() ? { size: Number(found.size), print: printOf(found) } : null;
}

function printOf({ size, mtimeNs, ino }: BigIntStats): string {
  return `${size}/${mtimeNs}/${ino}`;
}
