import type { BigIntStats } from 'node:fs';
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
import { askFolder } from './ask-folder.js';
import { contentKey } from './content-key.js';
import { EndpointTurns } from './endpoint-turns.js';
import { fileFailure } from './file-failure.js';
import { land, sweepIncoming } from './file-landing.js';
import { fileMark, markedFacts, type FileFacts } from './file-mark.js';
import { unmounted } from './file-mounted.js';
import { openFile, type OpenedFile } from './file-opened.js';
import { FileReading } from './file-reading.js';
import { FileRoots, type FilePlace } from './file-roots.js';
import { fileUriOf } from './file-uri.js';
import { walk, type Found, type InTurn } from './file-walk.js';
import type { CallOptions, FolderCalls } from './folder-calls.js';
import { foldersOfThisProcess, type Folders } from './folders.js';
import { absence, atMostFiles, NO_BYTES_OF_ITS_OWN, requirePrefix, summed, uriBelow } from './listing.js';
import { checkRange } from './read-range.js';
import { changedSince, rangeOutside, StoreError } from './store-error.js';
import { StoreRefusal } from './store-refusal.js';
import { translated } from './translated-stream.js';
import type { Turns } from './turns.js';
import { verified } from './verifying-stream.js';

const A_FOLDER = 'this is a folder; the same URI with a / at its end names all files below it';
const A_LINKED_FOLDER = 'this is a link to a folder, and only links to files are followed';

export interface FileStoreOptions {
  /** Where uploads go; made when the first one comes. Everything below it may be read. */
  readonly folder: string;
  /** Further folders whose files may be named by URI. */
  readonly roots?: readonly string[];
  /** Whose turn it is at each folder; left out, nobody waits. */
  readonly turns?: EndpointTurns;
  /** The threads that calls to folders hold; left out, those of this process. */
  readonly folders?: Folders;
}

/** Artifacts in folders of this machine, `file:///…`. Nothing above or beside the given folders is ever opened. */
export class FileStore implements ArtifactStore {
  readonly scheme = 'file';
  readonly #folder: string;
  readonly #roots: FileRoots;
  readonly #turns: EndpointTurns;
  readonly #folders: Folders;
  #swept = false;

  constructor(options: FileStoreOptions) {
    this.#folder = resolve(options.folder);
    this.#turns = options.turns ?? new EndpointTurns();
    this.#folders = options.folders ?? foldersOfThisProcess();
    this.#roots = new FileRoots([options.folder, ...(options.roots ?? [])], this.#folders);
  }

  async refuses(uri: string): Promise<StoreRefusal | null> {
    try {
      const resolved = await this.#roots.resolve(uri);
      return resolved instanceof StoreRefusal ? resolved : null;
    } catch (error) {
      // A folder that does not answer refuses nothing. Looking says that it does not, and asks again where the URI leads.
      if (error instanceof StoreError) return null;
      throw error;
    }
  }

  async stat(uri: string, options: Asking = {}): Promise<ObjectObservation> {
    options.signal?.throwIfAborted();
    try {
      if (isPrefix(uri)) return await summed(this.list(uri, options));
      return { state: 'present', ...(await this.#inTurn(uri, options)(() => this.#look(uri, options))) };
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
    const place = await inTurn(() => this.#locate(uri, asking));
    const ask: InTurn = (work) => inTurn(() => this.#ask(place, uri, work, asking));
    let objects = 0;
    for await (const found of walk(place.path, uri, ask)) {
      const listed = await Promise.all(found.map((one) => inTurn(() => this.#listed(uri, one, asking))));
      asking.signal?.throwIfAborted();
      objects += listed.length;
      yield* listed;
    }
    if (objects > 0) return;
    await ask(() => Promise.reject(new StoreError('missing', uri, 'no file lies below this folder')));
  }

  async read(uri: string, options: ReadOptions = {}): Promise<Readable> {
    const { start, end } = checkRange(options);
    return this.#turnsOf(uri).reading(options, async () => {
      options.signal?.throwIfAborted();
      const { place, handle, found } = await this.#inTurn(uri, options)(() => this.#open(uri, options));
      const calls = this.#folders.of(place.root);
      const problem = readProblem(uri, found, start, options);
      if (problem !== null) {
        await calls.close(handle);
        throw problem;
      }
      const bytes = new FileReading(handle, calls, { uri, start, end });
      return translated(bytes, (error) => fileFailure(error, uri), options.signal);
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
    if (existing.state === 'unreachable') throw new StoreError('unreachable', uri, existing.evidence);
    const calls = this.#folders.writingTo(this.#folder);
    await this.#sweepOnce(calls);
    try {
      const landing = { folder: this.#folder, path: this.#pathOf(digest), uri, calls };
      await land(verified(request.open(), { digest, size }, signal), landing);
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

  async #sweepOnce(calls: FolderCalls): Promise<void> {
    if (this.#swept) return;
    this.#swept = true;
    const swept = await calls.run(() => sweepIncoming(this.#folder));
    if ('silent' in swept) this.#swept = false;
  }

  async #listed(prefix: string, { path, isLink }: Found, asking: Asking): Promise<ListedObject> {
    const uri = uriBelow(prefix, path);
    return { path, uri, ...(await this.#look(uri, asking, isLink ? A_LINKED_FOLDER : A_FOLDER)) };
  }

  async #look(uri: string, { signal }: Asking, aFolder = A_FOLDER): Promise<FileFacts> {
    const place = await this.#locate(uri, { signal });
    if (isPrefix(uri)) throw new StoreError('unsupported', uri, NO_BYTES_OF_ITS_OWN);
    const look = async (): Promise<FileFacts> => {
      const { handle, found } = await openFile(place, uri, aFolder);
      try {
        return await markedFacts(handle, found);
      } catch (error) {
        throw fileFailure(error, uri);
      } finally {
        await handle.close();
      }
    };
    return this.#ask(place, uri, look, { signal });
  }

  /** The real path behind the URI. */
  async #locate(uri: string, { signal }: Asking): Promise<FilePlace> {
    const resolved = await this.#roots.resolve(uri, signal);
    if (resolved instanceof StoreRefusal) throw new StoreError('forbidden', uri, resolved.text);
    return resolved;
  }

  // Opening proves more than looking: a file that may be seen but not read is forbidden, not present.
  async #open(uri: string, { signal }: Asking): Promise<OpenedFile & { place: FilePlace }> {
    const place = await this.#locate(uri, { signal });
    if (isPrefix(uri)) throw new StoreError('unsupported', uri, NO_BYTES_OF_ITS_OWN);
    const undo = ({ handle }: OpenedFile): Promise<void> => this.#folders.of(place.root).close(handle);
    const opened = await this.#ask(place, uri, () => openFile(place, uri, A_FOLDER), { signal, undo });
    return { ...opened, place };
  }

  /** Asks the root of a place. What is missing there is unreachable where its disk does not seem to be mounted. */
  async #ask<T>({ root }: FilePlace, uri: string, work: () => Promise<T>, options: CallOptions<T>): Promise<T> {
    const asked = async (): Promise<T> => {
      try {
        return await work();
      } catch (error) {
        // The folder for uploads is our own, and begins empty.
        const isMissing = error instanceof StoreError && error.code === 'missing' && root !== this.#folder;
        throw (isMissing ? await unmounted(root, uri) : null) ?? error;
      }
    };
    const { signal, undo } = options;
    return askFolder(this.#folders.of(root), uri, asked, { signal, ...(undo ? { undo } : {}) });
  }
}

function readProblem(uri: string, found: BigIntStats, start: number, { end, ifMark }: ReadOptions): StoreError | null {
  if (ifMark !== undefined && ifMark !== fileMark(found)) return changedSince(uri, ifMark, fileMark(found));
  const size = Number(found.size);
  return start >= size && (start > 0 || end !== undefined) ? rangeOutside(uri, start, size) : null;
}
