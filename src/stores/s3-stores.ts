import type { Readable } from 'node:stream';
import type { Asking, ListedObject, ObjectObservation, ReadableStore, ReadOptions } from './artifact-store.js';
import { absence } from './listing.js';
import type { S3Store } from './s3-store.js';
import { locationOfS3Uri, unknownBucket } from './s3-uri.js';
import { StoreError } from './store-error.js';
import { StoreRefusal } from './store-refusal.js';

/** Several S3 stores as one: `s3://bucket/key` goes to the store that serves the bucket, with its credentials alone. */
export class S3Stores implements ReadableStore {
  readonly scheme = 's3';
  readonly #byBucket = new Map<string, S3Store>();

  /** Throws an Error for a bucket that two of them serve. */
  constructor(private readonly stores: readonly S3Store[]) {
    for (const store of stores) {
      for (const bucket of store.buckets) {
        if (this.#byBucket.has(bucket)) throw new Error(`two S3 stores serve the bucket ${bucket}`);
        this.#byBucket.set(bucket, store);
      }
    }
  }

  async refuses(uri: string): Promise<StoreRefusal | null> {
    const store = this.#find(uri);
    return store instanceof StoreRefusal ? store : store.refuses(uri);
  }

  async stat(uri: string, asking?: Asking): Promise<ObjectObservation> {
    try {
      return await this.of(uri).stat(uri, asking);
    } catch (error) {
      return absence(error, uri);
    }
  }

  async *list(uri: string, asking?: Asking): AsyncGenerator<ListedObject> {
    yield* this.of(uri).list(uri, asking);
  }

  async read(uri: string, options?: ReadOptions): Promise<Readable> {
    return this.of(uri).read(uri, options);
  }

  /** The store that serves the URI's bucket. Throws a StoreError where none does. */
  of(uri: string): S3Store {
    const store = this.#find(uri);
    if (store instanceof StoreRefusal) throw new StoreError('forbidden', uri, store.text);
    return store;
  }

  /** Ends the connections of all. */
  close(): void {
    for (const store of this.stores) store.close();
  }

  #find(uri: string): S3Store | StoreRefusal {
    const location = locationOfS3Uri(uri);
    if (location instanceof StoreRefusal) return location;
    return this.#byBucket.get(location.bucket) ?? unknownBucket(uri, location, [...this.#byBucket.keys()]);
  }
}
