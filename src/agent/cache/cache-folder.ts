import { mkdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { hexOf, parseDigest, type Digest } from '../../domain/digest.js';
import { CacheUnusable } from './cache-unusable.js';
import { nameOf, type VersionKey } from './version-key.js';

/** Where what lies in a cache folder. Everything is on one file system, since views are hard links. */
export class CacheFolder {
  readonly root: string;

  constructor(root: string) {
    this.root = resolve(root);
  }

  /** Each file once, by digest. */
  readonly blobs = (): string => join(this.root, 'blobs', 'sha256');

  /** Downloads in progress. */
  readonly partial = (): string => join(this.root, 'partial');

  /** What people and servers read: `models/<model>/v<N>/…`. */
  readonly models = (): string => join(this.root, 'models');

  /** What each version consists of, one file a version. */
  readonly holdings = (): string => join(this.root, 'holdings');

  /** What is being made or thrown away. Emptied at each start. */
  readonly staging = (): string => join(this.root, 'staging');

  readonly lock = (): string => join(this.root, 'lock');

  /** What is known of the blobs without reading them. */
  readonly state = (): string => join(this.root, 'state.json');

  /** Throws a TypeError for anything but a digest, since it becomes a path. */
  blob(digest: Digest): string {
    if (parseDigest(digest) === null) throw new TypeError(`not a digest: ${JSON.stringify(digest)}`);
    const hex = hexOf(digest);
    return join(this.blobs(), hex.slice(0, 2), hex);
  }

  view(key: VersionKey): string {
    return join(this.models(), nameOf(key));
  }

  holding(key: VersionKey): string {
    return join(this.holdings(), `${nameOf(key)}.json`);
  }

  /** Makes what is not there yet. Throws CacheUnusable where the parts do not lie on one file system. */
  async make(): Promise<void> {
    const folders = [this.blobs(), this.partial(), this.models(), this.holdings(), this.staging()];
    for (const folder of folders) await mkdir(folder, { recursive: true });
    const devices = new Set((await Promise.all(folders.map((folder) => stat(folder)))).map(({ dev }) => dev));
    if (devices.size === 1) return;
    throw new CacheUnusable(
      `The cache folder ${this.root} spans several file systems, and hard links cannot: mount one at the folder itself.`,
    );
  }
}
