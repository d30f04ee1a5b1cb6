import pLimit from 'p-limit';
import { ResumableSha256 } from '../../domain/resumable-sha256.js';
import { treeDigest, type TreeFile } from '../../domain/tree-digest.js';
import { StoreError } from '../../stores/store-error.js';
import { StoreRefusal } from '../../stores/store-refusal.js';
import type { BytesRead } from './bytes-read.js';
import { readFile, type FileRead, type FileToRead, type ReadingTime, type ReadingTools } from './read-file.js';
import { SharedTime } from './shared-time.js';

/** How many files of one prefix are read at once: of small ones, most of the time goes into waiting for the first byte. */
const AT_ONCE = 4;

/**
 * Reads all files below a prefix and digests them together. Null where the time was up before the end; the next call
 * goes on from there.
 * @throws StoreError where they cannot be had; the signal's reason, with the progress saved
 */
export async function readTree(tools: ReadingTools, uri: string, time: ReadingTime): Promise<BytesRead | null> {
  const began = performance.now();
  const listed = await filesOf(tools, uri, time);
  // Listing a large prefix may take as long as a job has: that time is not taken from the reading.
  const reads = await readAll(tools, listed, { ...time, until: time.until + performance.now() - began });
  const files: TreeFile[] = [];
  let [bytes, readMs, pieced] = [0, 0, false];
  for (const read of reads) {
    if (read?.done.digest == null) return null;
    files.push({ path: read.done.file, digest: read.done.digest });
    bytes += read.done.bytes;
    readMs += read.done.readMs;
    pieced ||= read.pieced;
  }
  return { digest: treeDigest(files), bytes, readMs, objects: files.length, pieced };
}

async function readAll(tools: ReadingTools, files: readonly FileToRead[], time: ReadingTime): Promise<FileRead[]> {
  const idle: ResumableSha256[] = [];
  const spent = new SharedTime();
  // The first that cannot be read ends the others, which save how far they are.
  const stop = new AbortController();
  const reading = { until: time.until, signal: AbortSignal.any([time.signal, stop.signal]) };
  let isFirst = true;
  const readNext = async (file: FileToRead): Promise<FileRead> => {
    const known = tools.book.of(file.file, file.mark);
    if (known?.digest) return { done: known, pieced: false };
    // One file at least, so that every job gets ahead.
    if (reading.signal.aborted || (!isFirst && performance.now() >= time.until)) return null;
    isFirst = false;
    const hash = idle.pop() ?? (await ResumableSha256.create());
    const read = await readFile({ ...tools, hash, spent }, file, reading);
    idle.push(hash);
    if (read !== null) await tools.book.finished(read.done);
    return read;
  };
  const limit = pLimit(AT_ONCE);
  const stopAll = (error: unknown): null => {
    stop.abort(error);
    return null;
  };
  const reads = await Promise.all(files.map((file) => limit(() => readNext(file).catch(stopAll))));
  await tools.book.save();
  reading.signal.throwIfAborted();
  return reads;
}

// The whole list before the first byte: a list that stood open while files are read would time out.
async function filesOf({ stores }: ReadingTools, uri: string, { signal }: ReadingTime): Promise<FileToRead[]> {
  const listed = await stores.list(uri, { signal });
  if (listed instanceof StoreRefusal) throw new StoreError('unsupported', uri, listed.text);
  const files: FileToRead[] = [];
  for await (const { path, uri: at, size, mark } of listed) files.push({ file: path, uri: at, size, mark });
  return files;
}
