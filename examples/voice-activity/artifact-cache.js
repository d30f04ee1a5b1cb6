// @ts-check
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * @typedef {object} Artifact the part of a version's artifact that the cache needs
 * @property {string} digest `sha256:` and 64 hex
 * @property {number} size bytes
 */

/**
 * Artifacts on this machine's disk, one file for each digest. A file counts only while its size and its digest are
 * the record's: they are checked after a download and again before every load.
 */
export class ArtifactCache {
  /**
   * @param {string} folder
   * @param {(digest: string) => Promise<import('node:stream').Readable>} open fetches an artifact's bytes
   */
  constructor(folder, open) {
    this.folder = folder;
    this.open = open;
  }

  /** Makes the folder, and clears away what a download left there that was cut off by a crash. */
  async prepare() {
    await mkdir(this.folder, { recursive: true });
    const names = await readdir(this.folder);
    const left = names.filter((name) => name.endsWith('.part'));
    await Promise.all(left.map((name) => rm(path.join(this.folder, name), { force: true })));
  }

  /**
   * The path of the artifact's file, downloaded first where it is missing or damaged.
   * @param {Artifact} artifact
   * @returns {Promise<string>}
   * @throws {Error} when the bytes that come are not the artifact's
   */
  async file(artifact) {
    const file = path.join(this.folder, artifact.digest.replace(':', '-'));
    if (await this.#holds(file, artifact)) return file;
    // A name of its own, so that two downloads at once do not write into each other, and a rename at the end,
    // so that no reader ever meets half a file.
    const part = `${file}.${randomUUID()}.part`;
    try {
      await pipeline(await this.open(artifact.digest), createWriteStream(part, { flush: true }));
      if (!(await this.#holds(part, artifact))) {
        throw new Error(`the bytes that came for ${artifact.digest} are others: size or digest differs`);
      }
      await rename(part, file);
    } finally {
      await rm(part, { force: true });
    }
    return file;
  }

  /** @param {string} file @param {Artifact} artifact */
  async #holds(file, artifact) {
    const size = await stat(file).then(
      (found) => found.size,
      () => -1,
    );
    if (size !== artifact.size) return false;
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    return `sha256:${hash.digest('hex')}` === artifact.digest;
  }
}
