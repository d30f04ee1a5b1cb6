import { digestProblem, pathProblem } from '../../domain/artifact.js';
import type { Digest } from '../../domain/digest.js';
import { filesProblem } from './view-paths.js';
import { nameOf, type VersionKey } from './version-key.js';

/** A file of a version: its place inside the version, what its bytes are. `size` is in bytes. */
export interface HeldFile {
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
}

/** All files below one path of a version, whose digests nobody knows before they are read: only that of them all. */
export interface HeldTree {
  readonly path: string;
  readonly digest: Digest;
}

/**
 * What the cache knows a version to consist of. As long as there is one, the version's blobs are kept, whether or not
 * its view is there. `files` also has those of `trees`, as far as they are known.
 */
export interface Holding extends VersionKey {
  readonly files: readonly HeldFile[];
  readonly trees: readonly HeldTree[];
}

export function textOfHolding(holding: Holding): string {
  const { model, version, files, trees } = holding;
  return `${JSON.stringify({ model, version, trees, files })}\n`;
}

/** The holding in a file's text, or null where it is none of ours: cut short, edited, or of another version. */
export function holdingIn(text: string, key: VersionKey): Holding | null {
  const found = parsed(text) as Partial<Holding> | null;
  if (found === null || typeof found !== 'object' || !isKey(found) || nameOf(found) !== nameOf(key)) return null;
  const { files, trees } = found;
  if (!Array.isArray(files) || !files.every(isFile) || !Array.isArray(trees) || !trees.every(isTree)) return null;
  return filesProblem(files) === null ? { ...key, files, trees } : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isKey(value: Partial<Holding>): value is Partial<Holding> & VersionKey {
  try {
    return nameOf(value as VersionKey) !== '';
  } catch {
    return false;
  }
}

function isTree(value: unknown): value is HeldTree {
  const { path, digest } = (value ?? {}) as Partial<HeldTree>;
  return pathProblem(path) === null && digestProblem(digest) === null;
}

function isFile(value: unknown): value is HeldFile {
  const { size } = (value ?? {}) as Partial<HeldFile>;
  return isTree(value) && Number.isSafeInteger(size) && (size ?? -1) >= 0;
}
