import { paginateListObjectsV2, type ListObjectsV2CommandOutput, type S3Client } from '@aws-sdk/client-s3';
import type { ListedObject } from './artifact-store.js';
import { etagMark } from './etag-mark.js';
import { uriBelow } from './listing.js';
import type { S3Location } from './s3-uri.js';
import { StoreError } from './store-error.js';

/** What to list: a bucket and the beginning of its keys, which `uri` names. */
export interface S3Prefix extends S3Location {
  readonly uri: string;
}

/** How long to wait for one page of a list, in milliseconds, and whose signal ends the whole list. */
export interface S3ListLimits {
  readonly pageMs: number;
  readonly signal?: AbortSignal;
}

/**
 * All objects whose keys begin with the prefix (S3's ListObjectsV2, 1,000 keys a page). Objects of no bytes whose key
 * ends in a slash are the marks that consoles make for folders; they are no files. Throws the S3 client's own errors,
 * and a StoreError for a key that no artifact's path can be, and for a list that stops before its end.
 */
export async function* listObjects(
  client: S3Client,
  prefix: S3Prefix,
  limits: S3ListLimits,
): AsyncGenerator<ListedObject> {
  const { bucket, key, uri } = prefix;
  const clock = new PageClock(limits);
  // Keys may hold characters that XML cannot, so they are asked for percent-encoded.
  const input = { Bucket: bucket, Prefix: key, EncodingType: 'url' as const };
  const pages = paginateListObjectsV2({ client, stopOnSameToken: true }, input, { abortSignal: clock.signal });
  let truncated = false;
  try {
    clock.start();
    for await (const page of pages) {
      // A slow reader's time is not the server's.
      clock.stop();
      truncated = page.IsTruncated ?? false;
      yield* objectsOf(page, key, uri);
      clock.start();
    }
  } finally {
    clock.stop();
  }
  if (truncated) throw new StoreError('unreachable', uri, 'the S3 server ended its list of objects before the end');
}

function* objectsOf(page: ListObjectsV2CommandOutput, prefix: string, uri: string): Generator<ListedObject> {
  for (const { Key = '', Size: size = 0, ETag: etag } of page.Contents ?? []) {
    const key = page.EncodingType === 'url' ? decoded(Key) : Key;
    if (key.endsWith('/') && size === 0) continue;
    const path = key.slice(prefix.length);
    const mark = etagMark(etag);
    const marked = { ...(etag === undefined ? {} : { etag }), ...(mark === undefined ? {} : { mark }) };
    yield { path, uri: uriBelow(uri, path), size, ...marked };
  }
}

// The form encoding: a plus stands for a space, and %2B for a plus.
function decoded(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}

class PageClock {
  readonly #late = new AbortController();
  readonly signal: AbortSignal;
  readonly #pageMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor({ pageMs, signal }: S3ListLimits) {
    this.#pageMs = pageMs;
    this.signal = signal ? AbortSignal.any([signal, this.#late.signal]) : this.#late.signal;
  }

  start(): void {
    this.#timer = setTimeout(() => this.#late.abort(), this.#pageMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
