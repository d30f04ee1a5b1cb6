import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Brings a folder's names to the disk: a new, moved or removed name is certain only after this. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the folder and what is missing above it, so that it is still there after a power cut. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let at = folder; ; at = dirname(at)) {
    await syncFolder(dirname(at));
    if (at === first) return;
  }
}

/** Replaces the text of a file as a whole: whenever the machine stops, the old text is there or the new one. */
export async function writeDurably(path: string, text: string, staging: string): Promise<void> {
  const written = join(staging, randomUUID());
  try {
    await writeFile(written, text, { flush: true });
    await makeFolder(dirname(path));
    await rename(written, path);
  } catch (error) {
    await rm(written, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Takes a file or folder away at once, and its bytes then. What a crash leaves of it lies in `staging`, out of sight. */
export async function removeDurably(path: string, staging: string): Promise<void> {
  const away = join(staging, randomUUID());
  await rename(path, away);
  await syncFolder(dirname(path));
  await rm(away, { recursive: true, force: true });
}
