import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { Digest } from '../domain/digest.js';
import type { ArtifactStore, ObjectObservation, PutRequest, PutResult, ReadOptions } from './artifact-store.js';
import { contentKey } from './content-key.js';
import { fileFailure } from './file-failure.js';
import { land, sweepIncoming } from './file-landing.js';
import { FileRoots } from './file-roots.js';
import { fileUriOf } from './file-uri.js';
import { checkRange } from './read-range.js';
import { rangeOutside, StoreError } from './store-error.js';
import { StoreRefusal } from './store-refusal.js';
import { translated } from './translated-stream.js';
import { verified } from './verifying-stream.js';

// Never follow a last link (FileRoots has followed what may be followed), never wait for a pipe's other end.
const TO_READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface FileStoreOptions {
  /** Where uploads go; made when the first one comes. Everything below it may be read. */
  readonly folder: string;
  /** Further folders whose files may be named by URI. */
  readonly roots?: readonly string[];
}

/** Artifacts in folders of this machine, `file:///…`. Nothing above or beside the given folders is ever opened. */
export class FileStore implements ArtifactStore {
  readonly scheme = 'file';
  readonly #folder: string;
  readonly #roots: FileRoots;
  #swept = false;

  constructor(options: FileStoreOptions) {
    this.#folder = resolve(options.folder);
    this.#roots = new FileRoots([options.folder, ...(options.roots ?? [])]);
  }

  async refuses(uri: string): Promise<StoreRefusal | null> {
    const resolved = await this.#roots.resolve(uri);
    return resolved instanceof StoreRefusal ? resolved : null;
  }

  async stat(uri: string, options: { signal?: AbortSignal } = {}): Promise<ObjectObservation> {
    options.signal?.throwIfAborted();
    try {
      const { handle, size, etag } = await this.#open(uri);
      await handle.close();
      return { state: 'present', size, etag };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const { code, evidence } = error;
      return { state: code === 'missing' || code === 'forbidden' ? code : 'unreachable', evidence };
    }
  }

  async read(uri: string, options: ReadOptions = {}): Promise<Readable> {
    const { start, end } = checkRange(options);
    options.signal?.throwIfAborted();
    const { handle, size } = await this.#open(uri);
    if (start >= size && (start > 0 || end !== undefined)) {
      await handle.close();
      throw rangeOutside(uri, start, size);
    }
    return translated(handle.createReadStream({ start, end }), (error) => fileFailure(error, uri), options.signal);
  }

  uriOf(digest: Digest): string {
    return fileUriOf(this.#pathOf(digest));
  }

  async put(request: PutRequest): Promise<PutResult> {
    const { digest, size, signal } = request;
    const uri = this.uriOf(digest);
    signal?.throwIfAborted();
    const existing = await this.stat(uri);
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

  #pathOf(digest: Digest): string {
    return join(this.#folder, contentKey(digest));
  }

  async #sweepOnce(): Promise<void> {
    if (this.#swept) return;
    this.#swept = true;
    await sweepIncoming(this.#folder);
  }

  // Opening proves more than looking: a file that may be seen but not read is forbidden, not present.
  async #open(uri: string): Promise<{ handle: FileHandle; size: number; etag: string }> {
    const resolved = await this.#roots.resolve(uri);
    if (resolved instanceof StoreRefusal) throw new StoreError('forbidden', uri, resolved.text);
    let handle: FileHandle | undefined;
    try {
      await this.#requireRoot(resolved.root, uri);
      handle = await open(resolved.path, TO_READ);
      const found = await handle.stat({ bigint: true });
      if (!found.isFile()) throw new StoreError('missing', uri, 'this is not a file');
      return { handle, size: Number(found.size), etag: `${found.ino}-${found.size}-${found.mtimeNs}` };
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
