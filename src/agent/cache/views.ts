import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { ignoring } from '../../platform/files/system-code.js';
import type { Blobs } from './blobs.js';
import type { CacheFolder } from './cache-folder.js';
import { makeFolder, removeDurably, syncFolder } from './durable.js';
import type { HeldFile, Holding } from './holding.js';
import { keyOf, type VersionKey } from './version-key.js';

/** The folders `models/<model>/v<N>`. Each appears whole in one rename and goes in one. */
export class Views {
  constructor(
    private readonly folder: CacheFolder,
    private readonly blobs: Blobs,
  ) {}

  /**
   * Makes the version's folder out of blobs that are here. Throws where one is not, or the file system refuses; then
   * nothing is visible.
   */
  async publish(holding: Holding): Promise<void> {
    const view = this.folder.view(holding);
    const staged = join(this.folder.staging(), randomUUID());
    try {
      await mkdir(staged);
      await this.#fill(staged, holding.files);
      await makeFolder(dirname(view));
      await rename(staged, view);
    } catch (error) {
      await rm(staged, { recursive: true, force: true });
      throw error;
    }
    await syncFolder(dirname(view));
  }

  /** Takes the version's folder away, at once; its blobs stay. */
  async remove(key: VersionKey): Promise<void> {
    const view = this.folder.view(key);
    await removeDurably(view, this.folder.staging()).catch(ignoring('ENOENT'));
    // Another version of the model may lie there, or come this moment.
    await rmdir(dirname(view)).catch(ignoring('ENOENT', 'ENOTEMPTY', 'EEXIST'));
  }

  /** Whether the folder holds these files and no others, each a name of its blob. Reads no bytes. */
  async isIntact(holding: Holding): Promise<boolean> {
    const view = this.folder.view(holding);
    const entries = await readdir(view, { recursive: true, withFileTypes: true }).catch(ignoring('ENOENT', 'ENOTDIR'));
    if (entries === undefined) return false;
    const found = entries.filter((entry) => !entry.isDirectory());
    const files = new Map(holding.files.map((file) => [file.path, file]));
    if (found.length !== files.size) return false;
    for (const entry of found) {
      const path = join(entry.parentPath, entry.name);
      const file = files.get(relative(view, path));
      if (file === undefined || !(await this.blobs.isAt(file.digest, path))) return false;
    }
    return true;
  }

  /** The versions that have a folder, in whatever state. */
  async list(): Promise<VersionKey[]> {
    const keys: VersionKey[] = [];
    for (const model of await readdir(this.folder.models())) {
      for (const version of (await readdir(join(this.folder.models(), model)).catch(ignoring('ENOTDIR'))) ?? []) {
        const key = keyOf(`${model}/${version}`);
        if (key !== null) keys.push(key);
      }
    }
    return keys;
  }

  async #fill(staged: string, files: readonly HeldFile[]): Promise<void> {
    const folders = new Set([staged]);
    for (const { path, digest } of files) {
      const place = join(staged, path);
      await mkdir(dirname(place), { recursive: true });
      await this.blobs.linkTo(digest, place);
      if (!(await this.blobs.isAt(digest, place))) throw new Error(`the blob ${digest} changed while it was linked`);
      for (let at = dirname(place); at !== staged; at = dirname(at)) folders.add(at);
    }
    for (const folder of folders) await syncFolder(folder);
  }
}
