import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../domain/digest.js';
import { Blobs } from './blobs.js';
import { CacheFolder } from './cache-folder.js';
import { sizesOnDisk } from './disk-space.js';
import type { CacheItem } from './evictables.js';
import { Holdings, ownsPartial } from './holdings.js';
import { recover, type Recovered } from './recover.js';
import { StateFile } from './state-file.js';
import { nameOf, type VersionKey } from './version-key.js';
import { Views } from './views.js';

/** The parts of a cache folder together, and what changes several of them. Its callers take turns. */
export class CacheContents {
  readonly state: StateFile;
  readonly blobs: Blobs;
  readonly holdings: Holdings;
  readonly views: Views;
  readonly #resident = new Set<string>();

  constructor(
    readonly folder: CacheFolder,
    readonly now: () => number,
    onProblem: (error: unknown) => void,
  ) {
    this.state = new StateFile(folder, onProblem);
    this.blobs = new Blobs(folder, this.state, now);
    this.holdings = new Holdings(folder);
    this.views = new Views(folder, this.blobs);
  }

  /** Brings the folder into order; the first thing to be done with it. */
  async load(): Promise<Recovered> {
    await this.folder.make();
    await this.state.load();
    const recovered = await recover(this.folder, this);
    for (const key of recovered.resident) this.#resident.add(nameOf(key));
    return recovered;
  }

  isResident(key: VersionKey): boolean {
    return this.#resident.has(nameOf(key));
  }

  neededAt(key: VersionKey): number {
    return this.state.neededAt.get(nameOf(key)) ?? 0;
  }

  /** Notes that these are needed now, which is later than whatever was noted before, also where the clock was set back. */
  need(keys: Iterable<VersionKey>): void {
    const at = Math.max(this.now(), ...[...this.state.neededAt.values()].map((before) => before + 1));
    for (const key of keys) this.state.neededAt.set(nameOf(key), at);
    this.state.touch();
  }

  /** Makes the version's folder appear. Throws where the cache does not know the version or lacks a blob of it. */
  async show(key: VersionKey): Promise<void> {
    const holding = this.holdings.get(key);
    if (holding === undefined) throw new Error(`the cache has no version ${nameOf(key)}`);
    if (!(await this.views.isIntact(holding))) {
      await this.hide(key);
      await this.views.publish(holding);
    }
    this.#resident.add(nameOf(key));
  }

  /** Takes the version's folder away; what it consists of stays. */
  async hide(key: VersionKey): Promise<void> {
    this.#resident.delete(nameOf(key));
    await this.views.remove(key);
  }

  /** Takes the version away, with all that no other version needs. */
  async drop(key: VersionKey): Promise<void> {
    const dropped = this.holdings.get(key);
    await this.hide(key);
    await this.holdings.remove(key);
    this.state.neededAt.delete(nameOf(key));
    this.state.touch();
    if (dropped === undefined) return;
    for (const digest of new Set(dropped.files.map((file) => file.digest))) {
      if (this.holdings.with(digest).length === 0) await this.blobs.remove(digest);
    }
    const left = this.holdings.all();
    for (const name of (await sizesOnDisk(this.folder.partial())).keys()) {
      if (!ownsPartial(dropped, name) || left.some((holding) => ownsPartial(holding, name))) continue;
      await this.dropPartial(name);
    }
  }

  /** Takes away a version, or a part that belongs to none. */
  async dropItem({ name, holding }: CacheItem): Promise<void> {
    if (holding) await this.drop(holding);
    else if (name.startsWith('sha256:')) await this.blobs.remove(name as Digest);
    else await this.dropPartial(name);
  }

  private async dropPartial(name: string): Promise<void> {
    await rm(join(this.folder.partial(), name), { recursive: true, force: true });
  }
}
