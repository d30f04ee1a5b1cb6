import { isPrefix } from '../../domain/artifact.js';
import type { Digest } from '../../domain/digest.js';
import { treeDigest, type TreeFile } from '../../domain/tree-digest.js';
import { StoreError } from '../../stores/store-error.js';
import { StoreRefusal } from '../../stores/store-refusal.js';
import { readFile, type FileToRead, type ReadingTime, type ReadingTools } from './read-file.js';

/** What an artifact's bytes come to, in all jobs together. */
export interface BytesRead {
  readonly digest: Digest;
  readonly bytes: number;
  readonly readMs: number;
  /** How many files a prefix has. */
  readonly objects?: number;
  /** Read by several jobs, with nothing to say that the parts belong together. */
  readonly pieced: boolean;
}

/**
 * Reads the bytes of an artifact, a single file or all files below a prefix, and digests them. Null where the time was
 * up before the end; the next call goes on from there.
 * @throws StoreError where they cannot be had; the signal's reason, with the progress saved
 */
export function readBytes(tools: ReadingTools, artifact: FileToRead, time: ReadingTime): Promise<BytesRead | null> {
  return isPrefix(artifact.uri) ? readTree(tools, artifact.uri, time) : readOne(tools, artifact, time);
}

async function readOne(tools: ReadingTools, file: FileToRead, time: ReadingTime): Promise<BytesRead | null> {
  const read = await readFile(tools, file, time);
  if (read?.done.digest == null) return null;
  const { digest, bytes, readMs } = read.done;
  return { digest, bytes, readMs, pieced: read.pieced };
}

async function readTree(tools: ReadingTools, uri: string, time: ReadingTime): Promise<BytesRead | null> {
  const began = performance.now();
  const listed = await filesOf(tools, uri, time);
  // Listing a large prefix may take as long as a job has: that time is not taken from the reading.
  const reading = { ...time, until: time.until + performance.now() - began };
  const files: TreeFile[] = [];
  let [bytes, readMs, pieced, isFirst] = [0, 0, false, true];
  for (const file of listed) {
    const isKnown = tools.book.of(file.file, file.mark)?.digest != null;
    // One file at least, so that every job gets ahead.
    const isOver = !isKnown && !isFirst && performance.now() >= reading.until;
    const read = isOver ? null : await readFile(tools, file, reading);
    if (read?.done.digest == null) {
      await tools.book.save();
      return null;
    }
    if (!isKnown) {
      isFirst = false;
      await tools.book.finished(read.done);
    }
    files.push({ path: file.file, digest: read.done.digest });
    bytes += read.done.bytes;
    readMs += read.done.readMs;
    pieced ||= read.pieced;
  }
  return { digest: treeDigest(files), bytes, readMs, objects: files.length, pieced };
}

// The whole list before the first byte: a list that stood open while files are read would time out.
async function filesOf({ stores }: ReadingTools, uri: string, { signal }: ReadingTime): Promise<FileToRead[]> {
  const listed = await stores.list(uri, { signal });
  if (listed instanceof StoreRefusal) throw new StoreError('unsupported', uri, listed.text);
  const files: FileToRead[] = [];
  for await (const { path, uri: at, size, mark } of listed) files.push({ file: path, uri: at, size, mark });
  return files;
}
