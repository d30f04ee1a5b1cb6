import { createHash } from 'node:crypto';
import { pathProblem } from './artifact.js';
import { hexOf, parseDigest, type Digest } from './digest.js';

/** One file of a tree: its path below the tree's top, and the digest of its bytes. */
export interface TreeFile {
  readonly path: string;
  readonly digest: Digest;
}

/**
 * The digest of all files of a tree together: SHA-256 over one line `<hex digest>  <path>\n` for each file, sorted by
 * the bytes of the paths. Whoever has the files can check it with the tools of any Linux machine, since inside the tree
 * `find -L . -type f -printf '%P\n' | LC_ALL=C sort | xargs -rd '\n' sha256sum -- | sha256sum` prints the same.
 * Throws a TypeError for two files at one path and for a path that no artifact may have: sha256sum would write some of
 * those paths another way, and a line break in one could stand for a second file.
 */
export function treeDigest(files: Iterable<TreeFile>): Digest {
  const hash = createHash('sha256');
  let before: Buffer | null = null;
  for (const { key, hex } of [...files].map(toLine).toSorted((a, b) => Buffer.compare(a.key, b.key))) {
    if (before?.equals(key)) throw new TypeError(`two files of a tree lie at ${JSON.stringify(key.toString())}`);
    hash.update(`${hex}  `).update(key).update('\n');
    before = key;
  }
  return `sha256:${hash.digest('hex')}`;
}

function toLine({ path, digest }: TreeFile): { key: Buffer; hex: string } {
  const problem = pathProblem(path);
  if (problem !== null) throw new TypeError(`the path ${JSON.stringify(path)} of a tree ${problem}`);
  if (parseDigest(digest) === null) throw new TypeError(`not a digest: ${JSON.stringify(digest)}`);
  return { key: Buffer.from(path), hex: hexOf(digest) };
}
