import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isPrefix } from '../../domain/artifact.js';
import { treeDigest, type TreeFile } from '../../domain/tree-digest.js';
import type { Artifact } from '../../domain/version-record.js';
import { hashFile } from '../cache/hash-file.js';

export interface Reading {
  readonly signal?: AbortSignal;
  /** Told the bytes of each artifact once it was read. */
  readonly onRead?: (bytes: number) => void;
}

/**
 * Says how a folder differs from a version with these artifacts, or null where it holds their bytes and nothing else.
 * Reads all of it. Throws what the file system throws, and the signal's reason.
 */
export async function folderProblem(
  folder: string,
  artifacts: readonly Artifact[],
  { signal, onRead = () => undefined }: Reading = {},
): Promise<string | null> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const others = entries.filter((entry) => !entry.isDirectory());
  const pathOf = (entry: (typeof entries)[number]): string => relative(folder, join(entry.parentPath, entry.name));
  const link = others.find((entry) => !entry.isFile());
  if (link !== undefined) return `${pathOf(link)} is not a file`;
  const left = new Set(others.map(pathOf));
  for (const { path, uri, digest, size } of artifacts) {
    const isTree = isPrefix(uri);
    const own = isTree ? [...left].filter((file) => file.startsWith(`${path}/`)) : [path];
    const found: TreeFile[] = [];
    for (const file of own) {
      if (!left.delete(file)) return `${file} is missing`;
      found.push({ path: file.slice(path.length + 1), digest: await hashFile(join(folder, file), signal) });
    }
    if (isTree && treeDigest(found) !== digest) return `the files below ${path} are not those of the version`;
    if (!isTree && found[0]?.digest !== digest) return `${path} has other bytes`;
    onRead(size);
  }
  const [other] = left;
  return other === undefined ? null : `${other} is not of the version`;
}
