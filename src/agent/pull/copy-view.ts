import { constants } from 'node:fs';
import { copyFile, link, mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { systemCode } from '../../platform/files/system-code.js';
import { syncFolder } from '../cache/durable.js';

// Another file system, too many links, and links to files of others, which the kernel may forbid (fs.protected_hardlinks).
const UNLINKABLE = new Set(['EXDEV', 'EMLINK', 'EPERM', 'EACCES', 'ENOTSUP']);

/**
 * Makes a folder with the files of another one: hard links where the file system lets us, else copies. All of it is on
 * the disk at the end. Throws what the file system throws.
 */
export async function copyView(from: string, to: string): Promise<void> {
  const folders = new Set([to]);
  await mkdir(to);
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const place = join(to, relative(from, source));
    await mkdir(dirname(place), { recursive: true });
    await linkOrCopy(source, place);
    for (let at = dirname(place); at !== to; at = dirname(at)) folders.add(at);
  }
  for (const folder of folders) await syncFolder(folder);
}

async function linkOrCopy(source: string, place: string): Promise<void> {
  try {
    await link(source, place);
  } catch (error) {
    if (!UNLINKABLE.has(systemCode(error) ?? '')) throw error;
    await copyFile(source, place, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    const handle = await open(place, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}
