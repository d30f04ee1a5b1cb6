import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { ListedObject } from './artifact-store.js';
import { etagMark } from './etag-mark.js';
import { uriBelow } from './listing.js';
import type { S3Location } from './s3-uri.js';
import { StoreError } from './store-error.js';

/** What to list: a bucket and the beginning of its keys, which `uri` names. */
export interface S3Prefix extends S3Location {
  readonly uri: string;
}

/** Asks for one page of a list, when its turn has come and within the time for it. */
export type AskForPage = (command: ListObjectsV2Command) => Promise<ListObjectsV2CommandOutput>;

/**
 * All objects whose keys begin with the prefix (S3's ListObjectsV2, 1,000 keys a page). Objects of no bytes whose key
 * ends in a slash are the marks that consoles make for folders; they are no files. Throws what `ask` throws, and a
 * StoreError for a key that no artifact's path can be, and for a list that stops before its end.
 */
export async function* listObjects(prefix: S3Prefix, ask: AskForPage): AsyncGenerator<ListedObject> {
  const { bucket, key, uri } = prefix;
  // Keys may hold characters that XML cannot, so they are asked for percent-encoded.
  const input = { Bucket: bucket, Prefix: key, EncodingType: 'url' as const };
  for (let token: string | undefined; ;) {
    const page = await ask(new ListObjectsV2Command({ ...input, ContinuationToken: token }));
    yield* objectsOf(page, key, uri);
    const next = page.NextContinuationToken ?? '';
    if (next === '' && page.IsTruncated !== true) return;
    if (next === '' || next === token) {
      throw new StoreError('unreachable', uri, 'the S3 server ended its list of objects before the end');
    }
    token = next;
  }
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
