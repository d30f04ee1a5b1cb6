import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheFolder } from '../cache/cache-folder.js';
import { syncFolder } from '../cache/durable.js';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Who this agent is: an id that is made once for a cache folder and kept in it, together with the number of the file that
 * it is kept in. A folder that was copied has the same id in another file, and gets an id of its own: else two nodes
 * would report as one. Throws what the file system throws.
 */
export async function agentId(folder: CacheFolder): Promise<string> {
  const path = join(folder.root, 'agent-id');
  const [kept = '', inode = ''] = (await readFile(path, 'utf8').catch(() => '')).split('\n');
  if (ID.test(kept) && inode === (await inodeOf(path))) return kept;
  const made = randomUUID();
  await write(path, made, folder.staging());
  return made;
}

async function write(path: string, id: string, staging: string): Promise<void> {
  const written = join(staging, randomUUID());
  const handle = await open(written, 'wx');
  try {
    await handle.write(`${id}\n${await inodeOf(written)}\n`);
    await handle.sync();
    // Which keeps the number of the file.
    await rename(written, path);
  } catch (error) {
    await rm(written, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  await syncFolder(join(path, '..'));
}

async function inodeOf(path: string): Promise<string> {
  return String((await stat(path, { bigint: true })).ino);
}
