import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileStore } from '../../src/stores/file-store.js';
import { fileUriOf } from '../../src/stores/file-uri.js';
import type { StoreUnderTest } from './store-under-test.js';

const NOBODY = 65_534;

/** A folder store in a temporary place; planted files lie in its second root. */
export async function fileStoreUnderTest(): Promise<StoreUnderTest & { folder: string; root: string }> {
  const place = await mkdtemp(join(tmpdir(), 'lastgood-files-'));
  await chmod(place, 0o755);
  const [folder, root] = [join(place, 'store'), join(place, 'models')];
  await mkdir(root);
  const store = new FileStore({ folder, roots: [root] });
  const plant = async (name: string, bytes: Uint8Array): Promise<string> => {
    const path = join(root, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
    return fileUriOf(path);
  };
  return {
    store,
    folder,
    root,
    plant,
    uriNamed: (name) => fileUriOf(join(root, name)),
    plantFolder: async (name) => {
      await mkdir(join(root, name), { recursive: true });
    },
    damage: async (digest, bytes) => {
      const path = fileURLToPath(store.uriOf(digest));
      await rm(path);
      await writeFile(path, bytes);
    },
    leftovers: () => readdir(join(folder, '.incoming')).catch(() => []),
    whileForbidden: async (look) => {
      const uri = await plant('unreadable', new Uint8Array(5));
      await chmod(fileURLToPath(uri), 0o000);
      return asNobody(() => look(uri));
    },
    whileUnreachable: async (look) => {
      await rename(root, `${root}.unmounted`);
      try {
        return await look();
      } finally {
        await rename(`${root}.unmounted`, root);
      }
    },
    close: () => rm(place, { recursive: true, force: true }),
  };
}

/** Runs as a user without rights, since to root every file is open. Not root: as it is. */
export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
