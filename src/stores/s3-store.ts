import { GetObjectCommand, HeadObjectCommand, type HeadObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { parseDigest, type Digest } from '../domain/digest.js';
import { isPrefix } from '../domain/artifact.js';
import type {
  ArtifactStore,
  Asking,
  ListedObject,
  ObjectObservation,
  PresentObject,
  PutRequest,
  PutResult,
  ReadOptions,
} from './artifact-store.js';
import { contentKey } from './content-key.js';
import { ContentMismatch } from './content-mismatch.js';
import { etagOf } from './etag-mark.js';
import { absence, NO_BYTES_OF_ITS_OWN, requirePrefix, summed } from './listing.js';
import { checkRange } from './read-range.js';
import { S3Pins } from './s3-pins.js';
import { s3Client } from './s3-client.js';
import { s3Failure } from './s3-failure.js';
import { listObjects } from './s3-listing.js';
import { bearsS3Mark, s3Mark } from './s3-mark.js';
import { S3_LIMITS, type S3Limits, type S3StoreOptions } from './s3-options.js';
import { DIGEST_METADATA, uploadVerified } from './s3-upload.js';
import { locationOfS3Uri, s3UriOf, type S3Location } from './s3-uri.js';
import { shownUri } from './shown-uri.js';
import { changedSince, rangeOutside, StoreError } from './store-error.js';
import { StoreRefusal } from './store-refusal.js';
import { translated } from './translated-stream.js';

/** Artifacts in buckets of one S3 account, `s3://bucket/key`. Only the configured buckets are ever asked. */
export class S3Store implements ArtifactStore {
  readonly scheme = 's3';
  /** How its objects are protected against deletion. */
  readonly pins = new S3Pins({
    place: (uri) => {
      return { ...this.#require(uri), client: this.#client, server: this.#server, limitMs: this.#limits.statMs };
    },
    list: (uri, options) => this.list(uri, options),
  });
  readonly #client: S3Client;
  readonly #limits: S3Limits;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #buckets: ReadonlySet<string>;
  readonly #server: string;

  constructor(options: S3StoreOptions) {
    this.#limits = { ...S3_LIMITS, ...options.limits };
    this.#client = s3Client(options, this.#limits);
    this.#bucket = options.bucket;
    this.#prefix = options.prefix ?? '';
    this.#buckets = new Set([options.bucket, ...(options.buckets ?? [])]);
    this.#server = options.endpoint === undefined ? 'S3' : new URL(options.endpoint).host;
  }

  async refuses(uri: string): Promise<StoreRefusal | null> {
    const location = this.#locate(uri);
    return location instanceof StoreRefusal ? location : null;
  }

  async stat(uri: string, options: Asking = {}): Promise<ObjectObservation> {
    try {
      if (isPrefix(uri)) return await summed(this.list(uri, options));
      return present(await this.#head(uri, options.signal));
    } catch (error) {
      return absence(error, uri);
    }
  }

  async *list(uri: string, { signal }: Asking = {}): AsyncGenerator<ListedObject> {
    requirePrefix(uri);
    const prefix = { ...this.#require(uri), uri };
    signal?.throwIfAborted();
    const limits = { pageMs: this.#limits.statMs, ...(signal ? { signal } : {}) };
    let objects = 0;
    try {
      for await (const object of listObjects(this.#client, prefix, limits)) {
        objects += 1;
        yield object;
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof StoreError ? error : s3Failure(error, uri, this.#server, 's3:ListBucket');
    }
    if (objects === 0) throw new StoreError('missing', uri, 'no object lies below this prefix');
  }

  async read(uri: string, options: ReadOptions = {}): Promise<Readable> {
    const { start, end } = checkRange(options);
    const { bucket, key } = this.#require(uri);
    if (isPrefix(uri)) throw new StoreError('unsupported', uri, NO_BYTES_OF_ITS_OWN);
    // Without a range, since an empty object has no byte 0 to ask for.
    const range = start === 0 && end === undefined ? {} : { Range: `bytes=${start}-${end ?? ''}` };
    const { ifMark } = options;
    const etag = etagOf(ifMark);
    const condition = etag === undefined ? {} : { IfMatch: etag };
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...range, ...condition });
    const toError = (error: unknown): unknown => s3Failure(error, uri, this.#server);
    try {
      const { Body, ...answer } = await this.#client.send(
        command,
        options.signal ? { abortSignal: options.signal } : {},
      );
      if (!(Body instanceof Readable)) throw new Error('the S3 client gave no stream');
      // Asked for without its version id: the version that was overwritten can still be read, and is not what lies here.
      if (ifMark !== undefined && !bearsS3Mark(ifMark, answer)) {
        Body.destroy();
        throw changedSince(uri, ifMark, s3Mark(answer));
      }
      return translated(Body, toError, options.signal);
    } catch (error) {
      options.signal?.throwIfAborted();
      const failure = error instanceof StoreError ? error : toError(error);
      if (!(failure instanceof StoreError)) throw failure;
      if (failure.code === 'changed' && ifMark !== undefined) throw changedSince(uri, ifMark, undefined);
      if (failure.code !== 'range-outside') throw failure;
      if (ifMark !== undefined) await this.#requireMark(uri, ifMark, options);
      throw rangeOutside(uri, start);
    }
  }

  uriOf(digest: Digest): string {
    return s3UriOf(this.#placeOf(digest));
  }

  async put(request: PutRequest): Promise<PutResult> {
    const { digest, size, signal } = request;
    const uri = this.uriOf(digest);
    const existing = await this.#headIfThere(uri, signal);
    // An object of another size or unknown digest is not ours: the right bytes take its place.
    if (existing?.size === size && existing.digest === digest) return { uri, created: false };
    try {
      await uploadVerified(this.#client, this.#placeOf(digest), request);
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof ContentMismatch ? error : s3Failure(error, uri, this.#server);
    }
    return { uri, created: true };
  }

  /** Ends the client's connections. */
  close(): void {
    this.#client.destroy();
  }

  // A range can lie outside because there are other bytes now.
  async #requireMark(uri: string, ifMark: string, { signal }: Asking): Promise<void> {
    const head = await this.#head(uri, signal);
    if (!bearsS3Mark(ifMark, head)) throw changedSince(uri, ifMark, s3Mark(head));
  }

  #placeOf(digest: Digest): S3Location {
    return { bucket: this.#bucket, key: `${this.#prefix}${contentKey(digest)}` };
  }

  #locate(uri: string): S3Location | StoreRefusal {
    const location = locationOfS3Uri(uri);
    if (location instanceof StoreRefusal || this.#buckets.has(location.bucket)) return location;
    const buckets = [...this.#buckets].join(', ');
    const text = `${shownUri(uri)} lies in the bucket ${location.bucket}, and the buckets served here are: ${buckets}`;
    return new StoreRefusal('unknown-bucket', text);
  }

  #require(uri: string): S3Location {
    const location = this.#locate(uri);
    if (location instanceof StoreRefusal) throw new StoreError('forbidden', uri, location.text);
    return location;
  }

  async #head(uri: string, signal?: AbortSignal): Promise<HeadObjectCommandOutput> {
    const { bucket, key } = this.#require(uri);
    const limit = AbortSignal.timeout(this.#limits.statMs);
    const abortSignal = signal ? AbortSignal.any([signal, limit]) : limit;
    try {
      return await this.#client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
    } catch (error) {
      signal?.throwIfAborted();
      throw s3Failure(error, uri, this.#server);
    }
  }

  async #headIfThere(uri: string, signal?: AbortSignal): Promise<PresentObject | null> {
    try {
      return present(await this.#head(uri, signal));
    } catch (error) {
      if (error instanceof StoreError && error.code === 'missing') return null;
      throw error;
    }
  }
}

function present(head: HeadObjectCommandOutput): PresentObject {
  const digest = parseDigest(head.Metadata?.[DIGEST_METADATA]);
  const mark = s3Mark(head);
  return {
    state: 'present',
    size: head.ContentLength ?? 0,
    ...(digest === null ? {} : { digest }),
    ...(head.ContentType === undefined ? {} : { mediaType: head.ContentType }),
    ...(head.VersionId === undefined ? {} : { versionId: head.VersionId }),
    ...(head.ETag === undefined ? {} : { etag: head.ETag }),
    ...(mark === undefined ? {} : { mark }),
  };
}
