import { rm } from 'node:fs/promises';
import pLimit from 'p-limit';
import type { Digest } from '../../domain/digest.js';
import { FolderInUse, takeOwnership, type OwnerLock } from '../../platform/files/owner-lock.js';
import type { Blobs } from './blobs.js';
import { CacheContents } from './cache-contents.js';
import { CacheFolder } from './cache-folder.js';
import { CacheUnusable } from './cache-unusable.js';
import type { DiskLimits } from './disk-space.js';
import { makeFolder } from './durable.js';
import type { HeldFile, HeldTree, Holding } from './holding.js';
import { Ledger, type Planned } from './ledger.js';
import type { Recovered } from './recover.js';
import { makeRoom, type Room } from './room.js';
import { filesBelow, withTree } from './trees.js';
import { nameOf, type VersionKey } from './version-key.js';
import { filesProblem } from './view-paths.js';

export interface NodeCacheOptions {
  readonly limits: DiskLimits;
  /** The time, milliseconds since 1970. */
  readonly now?: () => number;
  /** Told what went wrong without harm, such as notes that could not be written on a full disk. */
  readonly onProblem?: (error: unknown) => void;
}

/** A version in the cache. `resident` is one whose folder is there: complete, and verified. */
export interface CachedVersion extends Holding {
  readonly state: 'resident' | 'incomplete';
  /** Milliseconds since 1970. */
  readonly neededAt: number;
}

/**
 * The weights on a node: each file once by digest, and each version as a folder of hard links to them, which is there
 * whole or not at all. One process at a time has a folder.
 */
export class NodeCache {
  readonly #busy = new Map<string, number>();
  readonly #ledger = new Ledger();
  // Whatever changes which versions and blobs there are takes its turn here.
  readonly #turn = pLimit(1);
  #closed: Promise<void> | undefined;

  private constructor(
    private readonly contents: CacheContents,
    private readonly limits: DiskLimits,
    private readonly lock: OwnerLock,
  ) {}

  /**
   * Takes the folder, brings it into order, and answers what was found. Throws CacheUnusable where another process has
   * the folder or it cannot hold a cache, and what the file system throws.
   */
  static async open(root: string, options: NodeCacheOptions): Promise<{ cache: NodeCache; recovered: Recovered }> {
    const folder = new CacheFolder(root);
    const lock = await own(folder);
    try {
      const { limits, now = Date.now, onProblem = () => undefined } = options;
      const contents = new CacheContents(folder, now, onProblem);
      const recovered = await contents.load();
      return { cache: new NodeCache(contents, limits, lock), recovered };
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  get folder(): CacheFolder {
    return this.contents.folder;
  }

  get blobs(): Blobs {
    return this.contents.blobs;
  }

  /** All versions that the cache has or is getting. */
  versions(): CachedVersion[] {
    return this.contents.holdings.all().map((holding) => ({
      ...holding,
      state: this.contents.isResident(holding) ? 'resident' : 'incomplete',
      neededAt: this.contents.neededAt(holding),
    }));
  }

  /** What the version consists of, as far as it is known; undefined for one that the cache does not have. */
  holding(key: VersionKey): Holding | undefined {
    return this.contents.holdings.get(key);
  }

  isResident(key: VersionKey): boolean {
    return this.contents.isResident(key);
  }

  /** The path of the version's folder, whether or not it is there. */
  viewOf(key: VersionKey): string {
    return this.folder.view(key);
  }

  /** Notes that these versions are needed now. What was needed longest ago is evicted first. */
  need(keys: Iterable<VersionKey>): void {
    this.contents.need(keys);
  }

  /**
   * Says what a version consists of, and that it is being fetched: from now on, until `end`, nothing of it is evicted or
   * removed. What the cache knows of it already stays. Throws a TypeError for files that cannot lie in one folder.
   */
  async begin(key: VersionKey, files: readonly HeldFile[], trees: readonly HeldTree[]): Promise<{ end: () => void }> {
    const name = nameOf(key);
    const problem = filesProblem([...files, ...trees]);
    if (problem !== null) throw new TypeError(`the files of ${name} cannot lie in one folder: ${problem}`);
    const end = this.#occupy(name);
    try {
      await this.#turn(async () => {
        if (this.holding(key) !== undefined) return;
        await this.contents.holdings.put({ ...key, files, trees });
        this.contents.need([key]);
      });
      return { end };
    } catch (error) {
      end();
      throw error;
    }
  }

  /** The files of a tree with this digest, where a resident version has one: paths below the tree's top. */
  filesOfTree(digest: Digest): HeldFile[] | null {
    for (const holding of this.contents.holdings.all().filter((one) => this.isResident(one))) {
      const tree = holding.trees.find((one) => one.digest === digest);
      if (tree) return filesBelow(holding, tree);
    }
    return null;
  }

  /** Says which files a tree of the version has, as far as their digests are known; paths are below the tree's top. */
  async learn(key: VersionKey, tree: HeldTree, files: readonly HeldFile[]): Promise<void> {
    await this.#turn(async () => {
      const holding = this.holding(key);
      if (holding === undefined) throw new Error(`the cache has no version ${nameOf(key)}`);
      await this.contents.holdings.put(withTree(holding, tree, files));
    });
  }

  /**
   * Whether the blob lies here, as it was verified. One that somebody wrote to meanwhile is read again, and taken out of
   * use where it is wrong.
   */
  async has(digest: Digest): Promise<boolean> {
    const found = await this.blobs.look(digest);
    if (found === 'wrong') await this.quarantine(digest);
    return found === 'right';
  }

  /** Gives a file that is complete, verified and on the disk (fsync) its place among the blobs. */
  async admit(file: string, digest: Digest): Promise<void> {
    if (await this.has(digest)) await rm(file, { force: true });
    else await this.#turn(() => this.blobs.admit(file, digest));
  }

  /** Makes the version's folder appear, out of blobs that are all here. Throws where one is not. */
  async publish(key: VersionKey): Promise<void> {
    await this.#turn(() => this.contents.show(key));
  }

  /** Takes a version away, with all that no other version needs. One that is being fetched stays. */
  async remove(key: VersionKey): Promise<'removed' | 'absent' | 'busy'> {
    return this.#turn(async () => {
      if (this.#busy.has(nameOf(key))) return 'busy';
      if (this.holding(key) === undefined) return 'absent';
      await this.contents.drop(key);
      return 'removed';
    });
  }

  /**
   * Keeps room for files that are going to be written, after evicting what may go: versions that are neither protected
   * nor being fetched, least recently needed first. Evicts nothing where that would not be enough, and says so. With no
   * files, it brings the cache back under its limits.
   */
  async makeRoom(
    files: readonly Planned[],
    protectedVersions: Iterable<VersionKey>,
    onEvicting?: (key: VersionKey) => void,
  ): Promise<Room> {
    const kept = new Set([...protectedVersions].map((key) => nameOf(key)));
    const isProtected = (name: string): boolean => kept.has(name) || this.#busy.has(name);
    const request = { files, isProtected, ...(onEvicting ? { onEvicting } : {}) };
    return this.#turn(() => makeRoom(this.contents, this.#ledger, this.limits, request));
  }

  /** Takes a blob whose bytes are wrong out of use, with every version that shows it. Answers those versions. */
  async quarantine(digest: Digest): Promise<VersionKey[]> {
    return this.#turn(async () => {
      const shown = this.contents.holdings.with(digest).filter((holding) => this.isResident(holding));
      for (const holding of shown) await this.contents.hide(holding);
      await this.blobs.remove(digest);
      return shown.map(({ model, version }) => ({ model, version }));
    });
  }

  /** Writes what is only in memory, and lets another process have the folder. */
  async close(): Promise<void> {
    this.#closed ??= this.#close();
    await this.#closed;
  }

  async #close(): Promise<void> {
    await this.#turn(() => this.contents.state.save());
    await this.lock.release();
  }

  #occupy(name: string): () => void {
    this.#busy.set(name, (this.#busy.get(name) ?? 0) + 1);
    let over = false;
    return () => {
      if (over) return;
      over = true;
      const left = (this.#busy.get(name) ?? 1) - 1;
      if (left > 0) this.#busy.set(name, left);
      else this.#busy.delete(name);
    };
  }
}

async function own(folder: CacheFolder): Promise<OwnerLock> {
  await makeFolder(folder.lock());
  try {
    return await takeOwnership(folder.lock());
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    throw new CacheUnusable(
      `Another Lastgood agent (process ${error.pid}) has the cache folder ${folder.root}. ` +
        'Stop it first, or give this one a folder of its own.',
    );
  }
}
