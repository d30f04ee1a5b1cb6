import { shownUri } from '../../stores/shown-uri.js';
import type { Digest } from '../../domain/digest.js';
import type { Reservation } from '../cache/ledger.js';
import { allOrFirstFailure, StoppedByAnother } from './all-or-first-failure.js';
import { DownloadFailure, isDiskFull, isWrongContent } from './download-failure.js';
import { fetchPart, type PartSource } from './fetch-part.js';
import { PartialFile } from './partial-file.js';
import type { ProgressTeller } from './progress.js';
import { missingIn } from './ranges.js';
import { retrying } from './retrying.js';
import { StoreError } from '../../stores/store-error.js';
import type { Tools } from './tools.js';

/** One file to fetch. `name` is that of its unfinished file; `digest` is null where only its tree has one. */
export interface WantedFile {
  readonly name: string;
  readonly uri: string;
  readonly digest: Digest | null;
  readonly size: number;
  /** What the store said when it listed the file. */
  readonly mark?: string;
}

/** What one download of a version has to itself. */
export interface Fetching {
  readonly tools: Tools;
  readonly progress: ProgressTeller;
  readonly reservation: Reservation;
  readonly signal: AbortSignal;
}

/**
 * Fetches a file into the cache, or finds it there, and answers its digest. It goes on where an earlier try ended.
 * Bytes that turn out wrong are thrown away and fetched anew a few times. Throws a DownloadFailure, a StoreError, the
 * file system's error, or the signal's reason.
 */
export async function fetchFile(wanted: WantedFile, fetching: Fetching): Promise<Digest> {
  const { tools, progress, reservation, signal } = fetching;
  return tools.turns.run(wanted.name, signal, async () => {
    if (wanted.digest !== null && (await tools.cache.has(wanted.digest))) {
      progress.found(wanted.size);
      reservation.landed(wanted.name);
      return wanted.digest;
    }
    for (let wrong = 0; ; wrong++) {
      try {
        return await fetchOnce(wanted, fetching);
      } catch (error) {
        signal.throwIfAborted();
        if (!isWrongContent(error) || wrong >= tools.settings.retriesWhenWrong) throw error;
      }
    }
  });
}

async function fetchOnce(wanted: WantedFile, fetching: Fetching): Promise<Digest> {
  const { tools, progress, reservation, signal } = fetching;
  const source = await sourceOf(wanted, fetching);
  const partial = await PartialFile.open(tools.cache.folder, { ...wanted, mark: source.mark });
  progress.found(partial.bytes);
  const hash = tools.hashes.start(partial.fd);
  try {
    hash.advance(partial.front);
    const missing = missingIn(partial.ranges, wanted.size, tools.settings.partBytes);
    await allOrFirstFailure(missing, signal, (part, stop) =>
      tools.parts(async () => {
        stop.throwIfAborted();
        const write = async (chunks: Uint8Array[], position: number): Promise<void> => {
          await partial.write(chunks, position);
          hash.advance(partial.front);
          progress.took(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
          reservation.wrote(wanted.name, partial.bytes);
        };
        await fetchPart(source, part, write, tools.settings, stop);
      }),
    );
    const [digest] = await Promise.all([hash.digest(wanted.size), partial.sync()]);
    if (wanted.digest !== null && digest !== wanted.digest) throw wrongDigest(wanted, digest);
    await tools.cache.admit(partial.path, digest);
    reservation.landed(wanted.name);
    await partial.discard();
    return digest;
  } catch (error) {
    await hash.forget();
    await giveUp(partial, wanted.name, error, fetching);
    throw error;
  }
}

/** Wrong bytes go, and so does what fills a disk; whatever else came is kept for another time. */
async function giveUp(
  partial: PartialFile,
  name: string,
  error: unknown,
  { progress, reservation }: Fetching,
): Promise<void> {
  const bytes = partial.bytes;
  if (!isWrongContent(error) && !isDiskFull(error instanceof StoppedByAnother ? error.cause : error)) {
    const kept = await partial.keep().then(
      () => true,
      (failure: unknown) => !isDiskFull(failure),
    );
    if (kept) return;
  }
  await partial.discard();
  progress.found(-bytes);
  reservation.wrote(name, 0);
}

/** The object as its store shows it now. A small file is read at once, and shows its faults by itself. */
async function sourceOf(wanted: WantedFile, { tools, signal }: Fetching): Promise<PartSource> {
  const { uri, size } = wanted;
  const store = await tools.storeOf(uri);
  if (wanted.mark !== undefined) return { store, uri, size, mark: wanted.mark };
  if (size <= tools.settings.partBytes) return { store, uri, size, mark: null };
  const seen = await retrying(tools.settings, signal, async () => {
    const found = await store.stat(uri, { signal });
    if (found.state !== 'present') throw new StoreError(found.state, uri, found.evidence, found.retryAt);
    return found;
  });
  if (seen.size !== size) {
    const code = seen.size < size ? 'too-few-bytes' : 'too-many-bytes';
    throw new DownloadFailure(code, `${shownUri(uri)} has ${seen.size} bytes now, and the version says ${size}`);
  }
  return { store, uri, size, mark: seen.mark ?? null };
}

function wrongDigest({ uri, size, digest }: WantedFile, found: Digest): DownloadFailure {
  const text = `the ${size} bytes that came have the digest ${found}, and the version says ${digest}`;
  return new DownloadFailure('wrong-digest', `${shownUri(uri)}: ${text}`);
}
