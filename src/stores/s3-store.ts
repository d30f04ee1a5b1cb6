import { GetObjectCommand, type GetObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
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
import { turnedAway } from './answered.js';
import { contentKey } from './content-key.js';
import { ContentMismatch } from './content-mismatch.js';
import { etagOf } from './etag-mark.js';
import { absence, atMostFiles, NO_BYTES_OF_ITS_OWN, requirePrefix, summed } from './listing.js';
import { checkRange } from './read-range.js';
import { S3Account } from './s3-account.js';
import { S3Pins } from './s3-pins.js';
import { S3Reading } from './s3-reading.js';
import { s3Failure } from './s3-failure.js';
import { listObjects, pageAsker } from './s3-listing.js';
import { S3Look } from './s3-look.js';
import { bearsS3Mark, s3Mark } from './s3-mark.js';
import type { S3StoreOptions } from './s3-options.js';
import { uploadVerified } from './s3-upload.js';
import { locationOfS3Uri, s3UriOf, unknownBucket, type S3Location } from './s3-uri.js';
import { changedSince, rangeOutside, StoreError } from './store-error.js';
import { StoreRefusal } from './store-refusal.js';
import { translated } from './translated-stream.js';

/** Artifacts in buckets of one S3 account, `s3://bucket/key`. Only the configured buckets are ever asked. */
export class S3Store implements ArtifactStore {
  readonly scheme = 's3';
  /** How its objects are protected against deletion. */
  readonly pins = new S3Pins({
    place: (uri) => ({ ...this.#require(uri), account: this.#account }),
    // What lies in an archive is held like all else, whether it can be read now or not.
    list: (uri, options) => this.#listed(uri, options),
  });
  readonly #account: S3Account;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #buckets: ReadonlySet<string>;

  constructor(options: S3StoreOptions) {
    this.#account = new S3Account(options);
    this.#bucket = options.bucket;
    this.#prefix = options.prefix ?? '';
    this.#buckets = new Set([options.bucket, ...(options.buckets ?? [])]);
  }

  /** The buckets that are served. */
  get buckets(): string[] {
    return [...this.#buckets];
  }

  async refuses(uri: string): Promise<StoreRefusal | null> {
    const location = this.#locate(uri);
    return location instanceof StoreRefusal ? location : null;
  }

  async stat(uri: string, options: Asking = {}): Promise<ObjectObservation> {
    try {
      if (isPrefix(uri)) return await summed(this.list(uri, options));
      return await this.#look(uri, options).thorough();
    } catch (error) {
      return absence(error, uri);
    }
  }

  list(uri: string, asking: Asking = {}): AsyncGenerator<ListedObject> {
    return this.#listed(uri, asking, async (file) => void (await this.#look(file, asking).thorough()));
  }

  async *#listed(uri: string, asking: Asking, open?: (uri: string) => Promise<void>): AsyncGenerator<ListedObject> {
    requirePrefix(uri);
    const prefix = { ...this.#require(uri), uri };
    const ask = pageAsker(this.#account, asking, uri);
    let objects = 0;
    try {
      for await (const object of atMostFiles(listObjects(prefix, ask, open), uri)) {
        asking.signal?.throwIfAborted();
        objects += 1;
        yield object;
      }
    } catch (error) {
      throw this.#failure(error, uri, asking, 's3:ListBucket');
    }
    if (objects === 0) throw new StoreError('missing', uri, 'no object lies below this prefix');
  }

  async read(uri: string, options: ReadOptions = {}): Promise<Readable> {
    const { start, end } = checkRange(options);
    const location = this.#require(uri);
    if (isPrefix(uri)) throw new StoreError('unsupported', uri, NO_BYTES_OF_ITS_OWN);
    // Without a range, since an empty object has no byte 0 to ask for.
    const range = start === 0 && end === undefined ? {} : { Range: `bytes=${start}-${end ?? ''}` };
    const { ifMark } = options;
    const open = async (): Promise<Readable> => {
      try {
        return await this.#open(uri, { Bucket: location.bucket, Key: location.key, ...range }, options);
      } catch (error) {
        const failure = this.#failure(error, uri, options);
        if (!(failure instanceof StoreError)) throw failure;
        if (failure.code === 'changed' && ifMark !== undefined) throw changedSince(uri, ifMark, undefined);
        if (failure.code !== 'range-outside') throw failure;
        if (ifMark !== undefined) await this.#requireMark(uri, ifMark, options);
        throw rangeOutside(uri, start);
      }
    };
    return turnedAway(uri, this.#account.turns.reading(options, open));
  }

  uriOf(digest: Digest): string {
    return s3UriOf(this.#placeOf(digest));
  }

  async put(request: PutRequest): Promise<PutResult> {
    const { digest, size, signal } = request;
    const uri = this.uriOf(digest);
    const existing = await this.#look(uri, { signal, urgent: true }).head();
    // An object of another size or unknown digest is not ours: the right bytes take its place.
    if (existing?.size === size && existing.digest === digest) return { uri, created: false };
    try {
      await uploadVerified(this.#client, this.#placeOf(digest), request);
    } catch (error) {
      throw error instanceof ContentMismatch && !signal?.aborted ? error : this.#failure(error, uri, { signal });
    }
    return { uri, created: true };
  }

  /** Ends the client's connections. */
  close(): void {
    this.#client.destroy();
  }

  get #client(): S3Client {
    return this.#account.client;
  }

  async #open(uri: string, input: GetObjectCommandInput, { signal, urgent, ifMark }: ReadOptions): Promise<Readable> {
    const etag = etagOf(ifMark);
    const command = new GetObjectCommand(etag === undefined ? input : { ...input, IfMatch: etag });
    // A turn ends with the head of the answer; how long its body takes is for the turns of reads.
    const reading = new S3Reading(this.#account, signal);
    const { Body, ...answer } = await this.#account.turns.asking({ signal, urgent }, () =>
      reading.head((limited) => this.#client.send(command, limited)),
    );
    if (!(Body instanceof Readable)) throw new Error('the S3 client gave no stream');
    const bytes = reading.body(Body);
    // Asked for without its version id: the version that was overwritten can still be read, and is not what lies here.
    if (ifMark !== undefined && !bearsS3Mark(ifMark, answer)) {
      bytes.destroy();
      throw changedSince(uri, ifMark, s3Mark(answer));
    }
    return translated(bytes, (error) => this.#failure(error, uri, {}), signal);
  }

  // A range can lie outside because there are other bytes now, or none.
  async #requireMark(uri: string, ifMark: string, { signal, urgent }: Asking): Promise<void> {
    const { versionId: VersionId, etag: ETag, mark } = await this.#look(uri, { signal, urgent }).thorough();
    if (!bearsS3Mark(ifMark, { VersionId, ETag })) throw changedSince(uri, ifMark, mark);
  }

  /** What the client threw as what is to be thrown on; an abort is thrown here. */
  #failure(error: unknown, uri: string, { signal }: Asking, permission?: string): unknown {
    signal?.throwIfAborted();
    return error instanceof StoreError ? error : s3Failure(error, uri, this.#account.server, permission);
  }

  #placeOf(digest: Digest): S3Location {
    return { bucket: this.#bucket, key: `${this.#prefix}${contentKey(digest)}` };
  }

  #locate(uri: string): S3Location | StoreRefusal {
    const location = locationOfS3Uri(uri);
    if (location instanceof StoreRefusal || this.#buckets.has(location.bucket)) return location;
    return unknownBucket(uri, location, this.buckets);
  }

  #require(uri: string): S3Location {
    const location = this.#locate(uri);
    if (location instanceof StoreRefusal) throw new StoreError('forbidden', uri, location.text);
    return location;
  }

  #look(uri: string, asking: Asking): S3Look {
    return new S3Look(this.#account, uri, this.#require(uri), asking);
  }
}
