import { readFile, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hexOf, sha256Hex, type Digest } from '../../domain/digest.js';
import { ignoring } from '../../platform/files/system-code.js';
import type { CacheFolder } from './cache-folder.js';
import { syncFolder, writeDurably } from './durable.js';
import { holdingIn, textOfHolding, type Holding } from './holding.js';
import { keyOf, nameOf, type VersionKey } from './version-key.js';

/** What each version in the cache consists of, in memory and on the disk. */
export class Holdings {
  readonly #all = new Map<string, Holding>();

  constructor(private readonly folder: CacheFolder) {}

  /** Reads them all. A file that cannot be read as one is taken away: its version will be asked for again. */
  async load(): Promise<void> {
    for (const model of await readdir(this.folder.holdings())) {
      const folder = join(this.folder.holdings(), model);
      for (const name of (await readdir(folder).catch(ignoring('ENOTDIR'))) ?? []) {
        const key = keyOf(`${model}/${name.replace(/\.json$/, '')}`);
        const holding = key && holdingIn(await readFile(join(folder, name), 'utf8'), key);
        if (holding) this.#all.set(nameOf(holding), holding);
        else await rm(join(folder, name), { recursive: true, force: true });
      }
    }
  }

  all(): Holding[] {
    return [...this.#all.values()];
  }

  get(key: VersionKey): Holding | undefined {
    return this.#all.get(nameOf(key));
  }

  /** Those that have this blob among their files. */
  with(digest: Digest): Holding[] {
    return this.all().filter(({ files }) => files.some((file) => file.digest === digest));
  }

  async put(holding: Holding): Promise<void> {
    await writeDurably(this.folder.holding(holding), textOfHolding(holding), this.folder.staging());
    this.#all.set(nameOf(holding), holding);
  }

  async remove(key: VersionKey): Promise<void> {
    this.#all.delete(nameOf(key));
    const path = this.folder.holding(key);
    await rm(path, { force: true });
    await syncFolder(dirname(path)).catch(ignoring('ENOENT'));
  }
}

/** The name of a file's unfinished download. Where only its tree has a digest, that and its path together tell it. */
export function partialName(digest: Digest, pathInTree?: string): string {
  return pathInTree === undefined ? hexOf(digest) : `${hexOf(digest)}-${sha256Hex(pathInTree)}`;
}

/** Whether an unfinished download is one of the holding's. */
export function ownsPartial({ files, trees }: Holding, name: string): boolean {
  const digest = `sha256:${name.slice(0, 64)}`;
  return files.some((file) => file.digest === digest) || trees.some((tree) => tree.digest === digest);
}
