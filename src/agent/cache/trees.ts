import type { HeldFile, HeldTree, Holding } from './holding.js';

/** The files that a holding has below a tree's path; their paths are below the tree's top. */
export function filesBelow({ files }: Holding, { path }: HeldTree): HeldFile[] {
  return files
    .filter((file) => isBelow(file, path))
    .map((file) => ({ ...file, path: file.path.slice(path.length + 1) }));
}

/** The holding with these files, and no others, below the tree's path. */
export function withTree(holding: Holding, { path }: HeldTree, files: readonly HeldFile[]): Holding {
  const others = holding.files.filter((file) => !isBelow(file, path));
  return { ...holding, files: [...others, ...files.map((file) => ({ ...file, path: `${path}/${file.path}` }))] };
}

function isBelow(file: HeldFile, path: string): boolean {
  return file.path.startsWith(`${path}/`);
}
