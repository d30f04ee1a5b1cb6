import { constants, type BigIntStats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { Digest } from '../domain/digest.js';
import { isPrefix } from '../domain/artifact.js';
import type {
  ArtifactStore,
  Asking,
  ListedObject,
  ObjectObservation,
  PutRequest,
  PutResult,
  ReadOptions,
} from './artifact-store.js';
import { contentKey } from './content-key.js';
import { EndpointTurns } from './endpoint-turns.js';
import { fileFailure } from './file-failure.js';
import { land, sweepIncoming } from './file-landing.js';
import { fileMark, markedFacts, type FileFacts } from './file-mark.js';
import { placeOf } from './file-opened.js';
import { FileRoots } from './file-roots.js';
import { fileUriOf } from './file-uri.js';
import { walk, type Found, type InTurn } from './file-walk.js';
import { absence, atMostFiles, NO_BYTES_OF_ITS_OWN, requirePrefix, summed, uriBelow } from './listing.js';
import { checkRange } from './read-range.js';
import { changedSince, rangeOutside, StoreError } from './store-error.js';
import { StoreRefusal } from './store-refusal.js';
import { translated } from './translated-stream.js';
import type { Turns } from './turns.js';
import { verified } from './verifying-stream.js';

// Never follow a last link (FileRoots has followed what may be followed), never wait for a pipe's other end.
const TO_READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const A_FOLDER = 'this is a folder; the same URI with a / at its end names all files below it';
const A_LINKED_FOLDER = 'this is a link to a folder, and only links to files are followed';

export interface FileStoreOptions {
  /** Where uploads go; made when the first one comes. Everything below it may be read. */
  readonly folder: string;
  /** Further folders whose files may be named by URI. */
  readonly roots?: readonly string[];
  /** Whose turn it is at each folder; left out, nobody waits. */
  readonly turns?: EndpointTurns;
}

// What is hashed as it comes is read ahead meanwhile: with Node's 64 KiB, most of the time went into asking for more.
const CHUNK = 1024 * 1024;

/** Artifacts in folders of this machine, `file:///…`. Nothing above or beside the given folders is ever opened. */
export class FileStore implements ArtifactStore {
  readonly scheme = 'file';
  readonly #folder: string;
  readonly #roots: FileRoots;
  readonly #turns: EndpointTurns;
  #swept = false;

  constructor(options: FileStoreOptions) {
    this.#folder = resolve(options.folder);
    this.#turns = options.turns ?? new EndpointTurns();
    this.#roots = new FileRoots([options.folder, ...(options.roots ?? [])]);
  }

  async refuses(uri: string): Promise<StoreRefusal | null> {
    const resolved = await this.#roots.resolve(uri);
    return resolved instanceof StoreRefusal ? resolved : null;
  }

  async stat(uri: string, options: Asking = {}): Promise<ObjectObservation> {
    options.signal?.throwIfAborted();
    try {
      if (isPrefix(uri)) return await summed(this.list(uri, options));
      return { state: 'present', ...(await this.#inTurn(uri, options)(() => this.#look(uri))) };
    } catch (error) {
      return absence(error, uri);
    }
  }

  async *list(uri: string, asking: Asking = {}): AsyncGenerator<ListedObject> {
    yield* atMostFiles(this.#list(uri, asking), uri);
  }

  async *#list(uri: string, asking: Asking): AsyncGenerator<ListedObject> {
    requirePrefix(uri);
    const inTurn = this.#inTurn(uri, asking);
    const folder = await inTurn(() => this.#locate(uri));
    let objects = 0;
    for await (const found of walk(folder, uri, inTurn)) {
      const listed = await Promise.all(found.map((one) => inTurn(() => this.#listed(uri, one))));
      asking.signal?.throwIfAborted();
      objects += listed.length;
      yield* listed;
    }
    if (objects === 0) throw new StoreError('missing', uri, 'no file lies below this folder');
  }

  async read(uri: string, options: ReadOptions = {}): Promise<Readable> {
    const { start, end } = checkRange(options);
    return this.#turnsOf(uri).reading(options, async () => {
      options.signal?.throwIfAborted();
      const { handle, found } = await this.#inTurn(uri, options)(() => this.#open(uri));
      const problem = readProblem(uri, found, start, options);
      if (problem !== null) {
        await handle.close();
        throw problem;
      }
      return translated(
        handle.createReadStream({ start, end, highWaterMark: CHUNK }),
        (error) => fileFailure(error, uri),
        options.signal,
      );
    });
  }

  uriOf(digest: Digest): string {
    return fileUriOf(this.#pathOf(digest));
  }

  async put(request: PutRequest): Promise<PutResult> {
    const { digest, size, signal } = request;
    const uri = this.uriOf(digest);
    signal?.throwIfAborted();
    const existing = await this.stat(uri, { signal, urgent: true });
    // A file of another size was damaged after it came: the right bytes take its place.
    if (existing.state === 'present' && existing.size === size) return { uri, created: false };
    await this.#sweepOnce();
    try {
      await land(verified(request.open(), { digest, size }, signal), this.#folder, this.#pathOf(digest));
    } catch (error) {
      signal?.throwIfAborted();
      throw fileFailure(error, uri);
    }
    return { uri, created: true };
  }

  #turnsOf(uri: string): Turns {
    return this.#turns.folder(this.#roots.named(uri));
  }

  #inTurn(uri: string, asking: Asking): InTurn {
    const turns = this.#turnsOf(uri);
    return (work) => turns.asking(asking, work);
  }

  #pathOf(digest: Digest): string {
    return join(this.#folder, contentKey(digest));
  }

  async #sweepOnce(): Promise<void> {
    if (this.#swept) return;
    this.#swept = true;
    await sweepIncoming(this.#folder);
  }

  async #listed(prefix: string, { path, isLink }: Found): Promise<ListedObject> {
    const uri = uriBelow(prefix, path);
    return { path, uri, ...(await this.#look(uri, isLink ? A_LINKED_FOLDER : A_FOLDER)) };
  }

  async #look(uri: string, aFolder?: string): Promise<FileFacts> {
    const { handle, found } = await this.#open(uri, aFolder);
    try {
      return await markedFacts(handle, found);
    } catch (error) {
      throw fileFailure(error, uri);
    } finally {
      await handle.close();
    }
  }

  /** The real path behind the URI, inside a root that is there. */
  async #locate(uri: string): Promise<string> {
    const resolved = await this.#roots.resolve(uri);
    if (resolved instanceof StoreRefusal) throw new StoreError('forbidden', uri, resolved.text);
    await this.#requireRoot(resolved.root, uri);
    return resolved.path;
  }

  // Opening proves more than looking: a file that may be seen but not read is forbidden, not present.
  async #open(uri: string, aFolder = A_FOLDER): Promise<{ handle: FileHandle; found: BigIntStats }> {
    const path = await this.#locate(uri);
    if (isPrefix(uri)) throw new StoreError('unsupported', uri, NO_BYTES_OF_ITS_OWN);
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, TO_READ);
      const opened = await placeOf(handle);
      if (opened !== null && opened !== path && !(await this.#roots.holds(opened))) {
        throw new StoreError('forbidden', uri, 'a folder on its path became a link that leads out while it was opened');
      }
      const found = await handle.stat({ bigint: true });
      if (!found.isFile()) {
        throw new StoreError('unsupported', uri, found.isDirectory() ? aFolder : 'this is not a file');
      }
      return { handle, found };
    } catch (error) {
      await handle?.close();
      throw error instanceof StoreError ? error : fileFailure(error, uri);
    }
  }

  // A root that is not there is a disk that is not mounted: that says nothing about the files on it.
  async #requireRoot(root: string, uri: string): Promise<void> {
    if (root === this.#folder) return;
    await stat(root).catch((error: unknown) => {
      const failure = fileFailure(error, uri);
      throw failure instanceof StoreError && failure.code === 'missing'
        ? new StoreError('unreachable', uri, `the folder ${root} is not there: is its disk mounted?`)
        : failure;
    });
  }
}

function readProblem(uri: string, found: BigIntStats, start: number, { end, ifMark }: ReadOptions): StoreError | null {
  if (ifMark !== undefined && ifMark !== fileMark(found)) return changedSince(uri, ifMark, fileMark(found));
  const size = Number(found.size);
  return start >= size && (start > 0 || end !== undefined) ? rangeOutside(uri, start, size) : null;
}
