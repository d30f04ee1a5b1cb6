import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { usage } from './command-failure.js';

/** A file to upload. `path` is its place inside the version, `size` is in bytes. */
export interface LocalFile {
  file: string;
  path: string;
  size: number;
}

/**
 * The files that `--upload` names, sorted by their place in the version: a file under its own name, a folder's files
 * under their paths in that folder. Links to files are followed, for model caches are made of them; links to folders
 * are refused, for they may lead in a circle. Throws a usage failure for what cannot be read, and for two files in one place.
 */
export async function localFiles(uploads: readonly string[]): Promise<LocalFile[]> {
  const files = (await Promise.all(uploads.map(filesOf))).flat().toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const twice = files.find(({ path }, index) => files[index + 1]?.path === path);
  if (twice) throw usage(`--upload: two files would be ${JSON.stringify(twice.path)} inside the version.`);
  return files;
}

async function filesOf(upload: string): Promise<LocalFile[]> {
  const found = await statOf(upload, upload);
  if (found.isFile()) return [{ file: upload, path: basename(upload), size: found.size }];
  if (!found.isDirectory()) throw usage(`--upload ${upload} is neither a file nor a folder.`);
  const entries = await readdir(upload, { recursive: true, withFileTypes: true });
  const files: LocalFile[] = [];
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const file = join(entry.parentPath, entry.name);
    const target = await statOf(file, upload);
    if (!target.isFile())
      throw usage(`--upload ${upload}: ${file} is no file${target.isDirectory() ? ', but a link to a folder' : ''}.`);
    files.push({ file, path: relative(upload, file).split(sep).join('/'), size: target.size });
  }
  if (files.length === 0) throw usage(`--upload ${upload} is an empty folder.`);
  return files;
}

async function statOf(file: string, upload: string) {
  return stat(file).catch((error: Error) => {
    throw usage(`--upload ${upload} cannot be read: ${error.message}`);
  });
}
