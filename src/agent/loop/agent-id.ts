import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheFolder } from '../cache/cache-folder.js';
import { writeDurably } from '../cache/durable.js';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Who this agent is: an id that is made once for a cache folder and kept in it. Throws what the file system throws. */
export async function agentId(folder: CacheFolder): Promise<string> {
  const path = join(folder.root, 'agent-id');
  const kept = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (ID.test(kept)) return kept;
  const made = randomUUID();
  await writeDurably(path, `${made}\n`, folder.staging());
  return made;
}
