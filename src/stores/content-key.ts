import { hexOf, parseDigest, type Digest } from '../domain/digest.js';

/**
 * Where bytes lie inside a store: `sha256/ab/cdef…`. The two-digit level keeps folders of a file system small.
 * Throws a TypeError for anything but a digest, since the key becomes a path.
 */
export function contentKey(digest: Digest): string {
  if (parseDigest(digest) === null) throw new TypeError(`not a digest: ${JSON.stringify(digest)}`);
  const hex = hexOf(digest);
  return `sha256/${hex.slice(0, 2)}/${hex.slice(2)}`;
}
