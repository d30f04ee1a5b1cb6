import { randomUUID } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeCache, VersionKey } from '../../../src/agent/cache/index.js';
import { digestOf } from '../../../src/domain/digest.js';

/** The bytes of a version's files, by path. */
export type FilesOf = Readonly<Record<string, string | Uint8Array>>;

/** Lays these files into the cache and makes the version visible, as a download does once it has the bytes. */
export async function putFiles(cache: NodeCache, key: VersionKey, files: FilesOf): Promise<void> {
  const held = Object.entries(files).map(([path, bytes]) => ({ path, digest: digestOf(bytes), size: bytes.length }));
  const { end } = await cache.begin(key, held, []);
  try {
    for (const { path, digest } of held) {
      if (await cache.has(digest)) continue;
      const file = join(cache.folder.staging(), randomUUID());
      await writeFile(file, files[path] ?? '');
      await synced(file);
      await cache.admit(file, digest);
    }
    await cache.publish(key);
  } finally {
    end();
  }
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync();
  await handle.close();
}
