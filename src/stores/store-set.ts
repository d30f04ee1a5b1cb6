import type { ArtifactStore } from './artifact-store.js';
import { FileStore, type FileStoreOptions } from './file-store.js';
import type { S3StoreOptions } from './s3-options.js';
import { S3Store } from './s3-store.js';
import { shownUri } from './shown-uri.js';
import { StoreRefusal } from './store-refusal.js';

/** Which stores there are, and which of them takes new bytes (left out: the only one, or else the folder). */
export interface StoreSetOptions {
  readonly file?: FileStoreOptions;
  readonly s3?: S3StoreOptions;
  readonly uploads?: 'file' | 's3';
}

const SCHEME = /^([a-z][a-z0-9+.-]*):/i;

/** All stores of this process. Throws when built with no store, or when `uploads` names one that is not configured. */
export class StoreSet {
  /** The store that new bytes go to. */
  readonly uploads: ArtifactStore;
  readonly #stores: ReadonlyMap<string, ArtifactStore>;
  readonly #s3: S3Store | null;

  constructor(options: StoreSetOptions) {
    this.#s3 = options.s3 ? new S3Store(options.s3) : null;
    const stores = [options.file ? new FileStore(options.file) : null, this.#s3].filter((store) => store !== null);
    this.#stores = new Map(stores.map((store) => [store.scheme, store]));
    const uploads = options.uploads === undefined ? stores[0] : this.#stores.get(options.uploads);
    if (!uploads) {
      throw new Error(`no artifact store for uploads: ${options.uploads ?? 'file or s3'} must be configured`);
    }
    this.uploads = uploads;
  }

  /** The URI schemes that are served, without colons. */
  get schemes(): string[] {
    return [...this.#stores.keys()];
  }

  /** The store that serves the URI, or why none does. */
  async forUri(uri: string): Promise<ArtifactStore | StoreRefusal> {
    const scheme = SCHEME.exec(uri)?.[1]?.toLowerCase();
    const store = this.#stores.get(scheme ?? '');
    if (store) return (await store.refuses(uri)) ?? store;
    const served = this.schemes.map((name) => `${name}://`).join(' and ');
    const found = scheme === undefined ? 'is not a URI' : `has the scheme ${scheme}`;
    return new StoreRefusal('unknown-scheme', `${shownUri(uri)} ${found}; served here: ${served}`);
  }

  /** Ends the stores' connections. */
  close(): void {
    this.#s3?.close();
  }
}
