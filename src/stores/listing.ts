import { createHash } from 'node:crypto';
import { isPrefix, pathProblem } from '../domain/artifact.js';
import type { AbsentObject, ListedObject, PresentObject } from './artifact-store.js';
import { StoreError } from './store-error.js';

/** Said of a prefix where the bytes of one object were asked for. */
export const NO_BYTES_OF_ITS_OWN = 'a prefix has no bytes of its own: its files are read one by one';

/** Throws a TypeError unless the URI is a prefix. */
export function requirePrefix(uri: string): void {
  if (!isPrefix(uri)) throw new TypeError(`not a prefix, which ends in a slash: ${JSON.stringify(uri)}`);
}

/**
 * The URI of a file below a prefix. Throws a StoreError (`unsupported`) for a path that no artifact may have: a node
 * could not lay it on its disk, and no tree digest covers it.
 */
export function uriBelow(prefix: string, path: string): string {
  const problem = pathProblem(path);
  if (problem === null) return prefix + path.split('/').map(encodeURIComponent).join('/');
  throw new StoreError('unsupported', prefix, `the file ${JSON.stringify(path)} below it ${problem}`);
}

// Ten times what anybody is known to keep below one prefix. What sums them up holds a line for each in memory.
const MOST_FILES = 250_000;

/** The same files, ended with a StoreError (`unsupported`) where there are more than anybody looks at. */
export async function* atMostFiles(
  files: AsyncIterable<ListedObject>,
  prefix: string,
  most = MOST_FILES,
): AsyncGenerator<ListedObject> {
  let count = 0;
  for await (const file of files) {
    count += 1;
    if (count > most) throw new StoreError('unsupported', prefix, `more than ${most} files lie below it: name fewer`);
    yield file;
  }
}

/**
 * All files of a listing as one observation. Its mark is SHA-256 over the sorted paths, sizes and marks of all files;
 * there is none where one file has none. It was last written when the newest of them was. Throws what the listing ends with.
 */
export async function summed(files: AsyncIterable<ListedObject>): Promise<PresentObject> {
  let size = 0;
  let objects = 0;
  let lines: string[] | null = [];
  let lastModified = '';
  for await (const file of files) {
    size += file.size;
    // All of one form, so the order of the texts is that of the times.
    if ((file.lastModified ?? '') > lastModified) lastModified = file.lastModified ?? '';
    objects += 1;
    if (file.mark === undefined) lines = null;
    else lines?.push(JSON.stringify([file.path, file.size, file.mark]));
  }
  const mark = lines === null ? {} : { mark: markOf(lines) };
  return { state: 'present', size, objects, ...mark, ...(lastModified === '' ? {} : { lastModified }) };
}

function markOf(lines: readonly string[]): string {
  const hash = createHash('sha256');
  for (const line of lines.toSorted()) hash.update(line).update('\n');
  return `listing:${hash.digest('hex')}`;
}

/** A StoreError as the observation of `uri` that it amounts to; any other error is thrown on. */
export function absence(error: unknown, uri: string): AbsentObject {
  if (!(error instanceof StoreError)) throw error;
  const { code, retryAt } = error;
  const state = code === 'full' || code === 'range-outside' ? 'unreachable' : code;
  // What is wrong with one file of many says nothing without its name.
  const evidence = error.uri === uri ? error.evidence : error.message;
  return { state, evidence, ...(retryAt === undefined ? {} : { retryAt }) };
}
