import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { askFolder } from './ask-folder.js';
import { FileWriting } from './file-writing.js';
import type { FolderCalls } from './folder-calls.js';

/** Where bytes wait inside the store's folder until they are known to be right. Same file system, so a rename is atomic. */
export const INCOMING = '.incoming';

// No upload pauses for a day between two writes; what is older was left by a process that died.
const LEFT_BEHIND_AFTER_MS = 24 * 60 * 60 * 1000;

/** Where bytes land. */
export interface Landing {
  readonly folder: string;
  /** Inside the folder. */
  readonly path: string;
  /** The URI that it is known by. */
  readonly uri: string;
  /** The calls that write to the folder. */
  readonly calls: FolderCalls;
}

/**
 * Writes the bytes to a path so that they appear whole or not at all, also when the machine loses power: temporary file,
 * fsync, rename, fsync of the folder. Whatever stops the stream is thrown as it is; a StoreError (`unreachable`) where the
 * folder does not answer.
 */
export async function land(bytes: Readable, { folder, path, uri, calls }: Landing): Promise<void> {
  const incoming = join(folder, INCOMING);
  const temporary = join(incoming, `${basename(path)}.${randomUUID()}`);
  // As a file is closed: where the folder does not answer, once it does.
  const remove = (): Promise<void> => calls.close({ close: () => rm(temporary, { force: true }) });
  try {
    const undo = async (late: { file: FileHandle }): Promise<void> => {
      await calls.close(late.file);
      await remove();
    };
    const { file, lowest } = await askFolder(calls, uri, () => begun(incoming, temporary, path), { undo });
    await pipeline(bytes, new FileWriting(file, calls, uri));
    await askFolder(calls, uri, async () => {
      await rename(temporary, path);
      await syncFolders(dirname(path), lowest);
    });
  } catch (error) {
    bytes.destroy();
    await remove();
    throw error;
  }
}

async function begun(incoming: string, temporary: string, path: string): Promise<{ file: FileHandle; lowest: string }> {
  await mkdir(incoming, { recursive: true });
  const firstMade = await mkdir(dirname(path), { recursive: true });
  // Read-only: artifacts never change, and this keeps them from an editor or a careless script.
  // Opened before anything can fail: a file that is made while it is being given up would stay.
  const file = await open(temporary, 'wx', 0o444);
  return { file, lowest: firstMade === undefined ? dirname(path) : dirname(firstMade) };
}

/** Removes what uploads that died more than a day ago left in `folder`. */
export async function sweepIncoming(folder: string, now = Date.now()): Promise<void> {
  const incoming = join(folder, INCOMING);
  for (const name of await readdir(incoming).catch(() => [])) {
    const path = join(incoming, name);
    const found = await stat(path).catch(() => null);
    if (found && now - found.mtimeMs > LEFT_BEHIND_AFTER_MS) await rm(path, { force: true });
  }
}

// A new name is on disk only once its folder is: from the file's folder up to the lowest one that was there before.
async function syncFolders(from: string, to: string): Promise<void> {
  for (let folder = from; ; folder = dirname(folder)) {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (folder === to || folder === dirname(folder)) return;
  }
}
