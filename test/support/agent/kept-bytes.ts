import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoring } from '../../../src/platform/files/system-code.js';

/** How many bytes the journals of unfinished downloads below a folder say are on the disk. */
export async function notedBelow(folder: string): Promise<number> {
  let noted = 0;
  for (const path of await filesBelow(folder)) {
    if (!path.endsWith('journal.json')) continue;
    const text = await readFile(join(folder, path), 'utf8').catch(() => '{"ranges":[]}');
    const { ranges } = JSON.parse(text) as { ranges: { start: number; end: number }[] };
    for (const { start, end } of ranges) noted += end - start;
  }
  return noted;
}

/** How many bytes a cache folder would still have after a kill: its blobs, and what its journals say. */
export async function keptIn(cache: string): Promise<number> {
  let blobs = 0;
  for (const path of await filesBelow(join(cache, 'blobs'))) {
    blobs += (await stat(join(cache, 'blobs', path)).catch(ignoring('ENOENT')))?.size ?? 0;
  }
  return blobs + (await notedBelow(join(cache, 'partial')));
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ignoring('ENOENT'));
  const files = (entries ?? []).filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
