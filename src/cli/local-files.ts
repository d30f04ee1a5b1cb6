import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { pathProblem } from '../contract/artifact-rules.js';
import { usage } from './command-failure.js';

/** A file of this machine. `path` is its place inside the version or below its prefix, `size` is in bytes. */
export interface LocalFile {
  file: string;
  path: string;
  size: number;
}

/**
 * The files that `--upload` names, sorted by their place in the version: a file under its own name, a folder's files
 * as `filesBelow` gives them. Throws a usage failure for what cannot be read, and for two files in one place.
 */
export async function localFiles(uploads: readonly string[]): Promise<LocalFile[]> {
  const files = (await Promise.all(uploads.map(filesOf))).flat().toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const twice = files.find(({ path }, index) => files[index + 1]?.path === path);
  if (twice) throw usage(`--upload: two files would be ${JSON.stringify(twice.path)} inside the version.`);
  return files;
}

async function filesOf(upload: string): Promise<LocalFile[]> {
  const said = `--upload ${upload}`;
  const found = await statOf(upload, said);
  if (found.isFile()) return [{ file: upload, path: basename(upload), size: found.size }];
  if (!found.isDirectory()) throw usage(`${said} is neither a file nor a folder.`);
  return filesBelow(upload, said);
}

/**
 * All files below a folder, under their paths in it. Links to files are followed, for model caches are made of them;
 * links to folders are refused, for they may lead in a circle. `said` is the flag and its value, for the usage failure
 * that is thrown for what cannot be read and for what can be no file of a version.
 */
export async function filesBelow(folder: string, said: string): Promise<LocalFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: LocalFile[] = [];
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const file = join(entry.parentPath, entry.name);
    const target = await statOf(file, said);
    if (!target.isFile())
      throw usage(`${said}: ${file} is no file${target.isDirectory() ? ', but a link to a folder' : ''}.`);
    const path = relative(folder, file).split(sep).join('/');
    const problem = pathProblem(path);
    if (problem !== null) throw usage(`${said}: the path ${JSON.stringify(path)} in it ${problem}.`);
    files.push({ file, path, size: target.size });
  }
  if (files.length === 0) throw usage(`${said} is an empty folder.`);
  return files;
}

async function statOf(file: string, said: string) {
  return stat(file).catch((error: Error) => {
    throw usage(`${said} cannot be read: ${error.message}`);
  });
}
