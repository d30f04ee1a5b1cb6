import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Bandwidth } from '../../stores/bandwidth.js';
import { ContentMismatch } from '../../stores/content-mismatch.js';
import { StoreError } from '../../stores/store-error.js';
import { StoreRefusal } from '../../stores/store-refusal.js';
import { StoreSet } from '../../stores/store-set.js';
import type {
  ArtifactStore,
  Asking,
  ListedObject,
  ObjectObservation,
  ReadOptions,
} from '../../stores/artifact-store.js';
import type { Pinner } from '../../stores/pinner.js';
import { Refusal } from '../../contract/refusal.js';

/** The stores of this process, as the registry's features use them. */
@Injectable()
export class ArtifactStores {
  constructor(
    private readonly stores: StoreSet,
    private readonly bulk: Bandwidth,
  ) {}

  /** Where uploads go and come from. */
  get uploads(): ArtifactStore {
    return this.stores.uploads;
  }

  /** How what lies in the stores is protected against deletion. */
  get pins(): Pinner {
    return this.stores.pins;
  }

  /** How often an endpoint asked this process to leave it alone, and how many are left alone now. */
  get waits(): { total: number; now: number } {
    return this.stores.waits;
  }

  /** Why no store serves the URI, or null when one does. */
  async uriProblem(uri: string): Promise<string | null> {
    const store = await this.stores.forUri(uri);
    return store instanceof StoreRefusal ? `cannot be used: ${store.text}` : null;
  }

  /** What can be seen at the URI now, or why it may not even be looked at. Only an abort is thrown. */
  async stat(uri: string, options: Asking = {}): Promise<ObjectObservation | StoreRefusal> {
    const store = await this.stores.forUri(uri);
    return store instanceof StoreRefusal ? store : store.stat(uri, options);
  }

  /** What can be seen of a container image now, or why it may not even be looked at. Only an abort is thrown. */
  async statImage(image: string, options: Asking = {}): Promise<ObjectObservation | StoreRefusal> {
    return this.stores.statImage(image, options);
  }

  /** The files below a prefix, as `ReadableStore.list` has them, or why it may not even be looked at. */
  async list(uri: string, options: Asking = {}): Promise<AsyncIterable<ListedObject> | StoreRefusal> {
    const store = await this.stores.forUri(uri);
    return store instanceof StoreRefusal ? store : store.list(uri, options);
  }

  /**
   * The bytes at the URI for somebody who has time, such as a verification: from `start`, at the pace that all such
   * reads of this process share. Otherwise as `ReadableStore.read`. Read the stream to its end, or destroy it.
   */
  async readBulk(uri: string, options: ReadOptions = {}): Promise<Readable | StoreRefusal> {
    const store = await this.stores.forUri(uri);
    return store instanceof StoreRefusal ? store : this.bulk.paced(await store.read(uri, options), options.signal);
  }
}

/** The refusal for what a store could not do, or null where the error is a surprise. */
export function storeRefusal(error: unknown): Refusal | null {
  if (error instanceof ContentMismatch) {
    const code = error.code === 'too-few-bytes' ? 'upload-incomplete' : 'upload-mismatch';
    return new Refusal(code, `${error.message}. Nothing was stored; send the bytes again.`);
  }
  if (error instanceof Error && error.name === 'AbortError')
    return new Refusal('upload-incomplete', 'The connection ended before the bytes did. Nothing was stored.');
  if (!(error instanceof StoreError)) return null;
  if (error.code === 'missing') return new Refusal('artifact-not-found', error.message);
  if (error.code === 'range-outside') return new Refusal('range-outside', error.message);
  return new Refusal(
    'store-unreachable',
    `${error.message}. Check the store and its configuration (\`lastgood config\`).`,
  );
}
