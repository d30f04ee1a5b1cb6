import type { ResumableSha256 } from '../../domain/resumable-sha256.js';
import { StoreError } from '../../stores/store-error.js';
import { StoreRefusal } from '../../stores/store-refusal.js';
import type { ArtifactStores } from '../artifacts/index.js';
import type { ProgressBook } from './progress-book.js';
import type { FileProgress } from './reading-progress.repository.js';
import type { SharedTime } from './shared-time.js';

/** One file to read: its path below a prefix or an empty one, where it lies, and what its store says of it now. */
export interface FileToRead {
  readonly file: string;
  readonly uri: string;
  readonly size: number;
  readonly mark?: string | undefined;
}

/** How long a job may read: until a moment of `performance.now()`, unless its signal is aborted before. */
export interface ReadingTime {
  readonly until: number;
  readonly signal: AbortSignal;
}

/** What reading an artifact takes. */
export interface ReadingTools {
  readonly stores: ArtifactStores;
  readonly book: ProgressBook;
}

/** What reading a file takes beside that. The hash is used by one file at a time, the clock by all that are read at once. */
export interface FileTools extends ReadingTools {
  readonly hash: ResumableSha256;
  readonly spent: SharedTime;
}

/** A file that is read to its end, or null where the time was up before. */
export type FileRead = { readonly done: FileProgress; readonly pieced: boolean } | null;

/**
 * Reads a file on from where an earlier job left it, where it still bears the same mark. `pieced`: parts of it were read
 * by several jobs and no mark says that they belong together.
 * @throws StoreError where the bytes cannot be had; the signal's reason, with the progress saved
 */
export async function readFile(tools: FileTools, file: FileToRead, time: ReadingTime): Promise<FileRead> {
  const { hash, book, spent } = tools;
  const known = book.of(file.file, file.mark);
  if (known?.digest) return { done: known, pieced: false };
  const goesOn = known?.hash != null && known.bytes <= file.size && hash.load(known.hash);
  if (!goesOn) hash.reset();
  const [from, msBefore] = goesOn ? [known.bytes, known.readMs] : [0, 0];
  const clock = spent.begin();
  let bytes = from;
  const progress = (): Omit<FileProgress, 'hash' | 'digest'> => {
    const readMs = Math.round(msBefore + clock.part());
    return { file: file.file, mark: file.mark ?? null, bytes, readMs };
  };
  const save = (): Promise<void> => book.save({ ...progress(), hash: hash.save(), digest: null });
  try {
    // Nothing is asked for beyond the last byte: a store would refuse that.
    for await (const chunk of from === file.size && from > 0 ? [] : await opened(tools.stores, file, from, time)) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      if (bytes > file.size) throw tooMany(file);
      if (performance.now() >= time.until) {
        await save();
        return null;
      }
      if (book.due) await save();
    }
  } catch (error) {
    await save().catch(() => undefined);
    throw error;
  } finally {
    clock.end();
  }
  if (bytes < file.size) {
    const text = `the store gave ${bytes} of ${file.size} bytes`;
    throw new StoreError('unreachable', file.uri, text);
  }
  const done = { ...progress(), hash: null, digest: hash.digest() };
  return { done, pieced: from > 0 && file.mark === undefined };
}

// A store that sends without end would else be read for as long as it likes, in one job after another.
function tooMany({ uri, size }: FileToRead): StoreError {
  return new StoreError('changed', uri, `the store gave more than the ${size} bytes that it had announced`);
}

async function opened(
  stores: ArtifactStores,
  { uri, mark }: FileToRead,
  start: number,
  { signal }: ReadingTime,
): Promise<AsyncIterable<Uint8Array>> {
  const stream = await stores.readBulk(uri, { start, ifMark: mark, signal });
  if (stream instanceof StoreRefusal) throw new StoreError('unsupported', uri, stream.text);
  return stream;
}
