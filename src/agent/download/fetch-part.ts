import { sleep } from '../../client/back-off.js';
import type { ReadableStore } from '../../stores/artifact-store.js';
import { shownUri } from '../../stores/shown-uri.js';
import { DownloadFailure } from './download-failure.js';
import type { ByteRange } from './ranges.js';
import { mayPass, waitMs } from './retrying.js';
import type { DownloadSettings } from './settings.js';

/** So many bytes are gathered before they are written: a system call for each packet would cost more than the packet. */
const GATHER = 1024 * 1024;

/** What a part is fetched from. */
export interface PartSource {
  readonly store: ReadableStore;
  readonly uri: string;
  /** The mark that the object must bear, where it has one. */
  readonly mark: string | null;
  /** The size of the whole file, in bytes. */
  readonly size: number;
}

/**
 * Fetches one part and writes it, `write` having the bytes and where they go. A connection that ends early is made
 * again from the byte where it ended, without end as long as each brings something. Throws a StoreError, a
 * DownloadFailure for too few or too many bytes, what `write` throws, or the signal's reason.
 */
export async function fetchPart(
  source: PartSource,
  part: ByteRange,
  write: (chunks: Uint8Array[], position: number) => Promise<void>,
  settings: DownloadSettings,
  signal: AbortSignal,
): Promise<void> {
  const writer = new PartWriter(part, write);
  for (let failures = 0; ;) {
    const before = writer.at;
    let error: unknown;
    try {
      await readInto(writer, source, part, signal);
      if (writer.at === part.end) return;
      error = wrongSize(source, 'too-few-bytes', `its bytes ended after ${writer.at} of ${source.size}`);
    } catch (caught) {
      error = caught;
    }
    signal.throwIfAborted();
    if (!mayPass(error) && !isShort(error)) throw error;
    failures = writer.at > before ? 1 : failures + 1;
    if (failures >= settings.tries) throw error;
    await sleep(waitMs(error, failures, settings), signal);
  }
}

async function readInto(writer: PartWriter, source: PartSource, part: ByteRange, signal: AbortSignal): Promise<void> {
  const { store, uri, mark, size } = source;
  // A whole file is read without a range, so that bytes behind its end show themselves.
  const isWhole = writer.at === 0 && part.end === size;
  const stream = await store.read(uri, {
    ...(isWhole ? {} : { start: writer.at, end: part.end - 1 }),
    ...(mark === null ? {} : { ifMark: mark }),
    signal,
  });
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      if (!writer.takes(chunk)) throw wrongSize(source, 'too-many-bytes', `more than its ${size} bytes came`);
      if (writer.isReady) await writer.flush();
    }
  } finally {
    stream.destroy();
    // What came before a break is as good as any other bytes.
    await writer.flush();
  }
}

/** Gathers the bytes of one part. */
class PartWriter {
  /** The first byte that is not written yet. */
  at: number;
  #chunks: Uint8Array[] = [];
  #gathered = 0;

  constructor(
    private readonly part: ByteRange,
    private readonly write: (chunks: Uint8Array[], position: number) => Promise<void>,
  ) {
    this.at = part.start;
  }

  get isReady(): boolean {
    return this.#gathered >= GATHER;
  }

  /** False for bytes behind the part's end; those are not taken. */
  takes(chunk: Uint8Array): boolean {
    if (this.at + this.#gathered + chunk.byteLength > this.part.end) return false;
    this.#chunks.push(chunk);
    this.#gathered += chunk.byteLength;
    return true;
  }

  async flush(): Promise<void> {
    if (this.#gathered === 0) return;
    const [chunks, position] = [this.#chunks, this.at];
    this.#chunks = [];
    await this.write(chunks, position);
    this.at += this.#gathered;
    this.#gathered = 0;
  }
}

function wrongSize({ uri }: PartSource, code: 'too-few-bytes' | 'too-many-bytes', text: string): DownloadFailure {
  return new DownloadFailure(code, `${shownUri(uri)}: ${text}`);
}

function isShort(error: unknown): boolean {
  return error instanceof DownloadFailure && error.code === 'too-few-bytes';
}
