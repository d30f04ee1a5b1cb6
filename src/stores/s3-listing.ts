import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { Asking, ListedObject } from './artifact-store.js';
import { etagMark } from './etag-mark.js';
import { uriBelow } from './listing.js';
import type { S3Account } from './s3-account.js';
import type { S3Location } from './s3-uri.js';
import { StoreError } from './store-error.js';

/** What to list: a bucket and the beginning of its keys, which `uri` names. */
export interface S3Prefix extends S3Location {
  readonly uri: string;
}

/** Asks for one page of a list, when its turn has come and within the time for it. */
export type AskForPage = (command: ListObjectsV2Command) => Promise<ListObjectsV2CommandOutput>;

/** Asks for the pages of one list, within the time that there is for all of them. */
export function pageAsker(account: S3Account, asking: Asking, uri: string): AskForPage {
  const { listMs } = account.limits;
  let leftMs = listMs;
  return (command) =>
    account.look(asking, async (options) => {
      if (leftMs <= 0) {
        throw new StoreError('unreachable', uri, `${account.server} took longer than ${listMs} ms to list its objects`);
      }
      const began = performance.now();
      try {
        return await account.client.send(command, options);
      } finally {
        leftMs -= performance.now() - began;
      }
    });
}

/**
 * All objects whose keys begin with the prefix (S3's ListObjectsV2, 1,000 keys a page). Objects of no bytes whose key
 * ends in a slash are the marks that consoles make for folders; they are no files. Throws what `ask` throws, and a
 * StoreError for a key that no artifact's path can be, and for a list that stops before its end.
 */
export async function* listObjects(prefix: S3Prefix, ask: AskForPage): AsyncGenerator<ListedObject> {
  const { bucket, key, uri } = prefix;
  // Keys may hold characters that XML cannot, so they are asked for percent-encoded.
  const input = { Bucket: bucket, Prefix: key, EncodingType: 'url' as const };
  const seen = new Set<string>();
  for (let token: string | undefined; ;) {
    const page = await ask(new ListObjectsV2Command({ ...input, ContinuationToken: token }));
    yield* objectsOf(page, key, uri);
    const next = page.NextContinuationToken ?? '';
    if (next === '' && page.IsTruncated !== true) return;
    if (next === '') throw new StoreError('unreachable', uri, 'the S3 server ended its list of objects before the end');
    if (seen.has(next)) throw new StoreError('unreachable', uri, 'the S3 server began its list of objects anew');
    token = next;
    seen.add(next);
  }
}

function* objectsOf(page: ListObjectsV2CommandOutput, prefix: string, uri: string): Generator<ListedObject> {
  for (const { Key = '', Size: size = 0, ETag: etag } of page.Contents ?? []) {
    const key = page.EncodingType === 'url' ? decoded(Key) : Key;
    if (key === null || !Number.isSafeInteger(size) || size < 0) {
      throw new StoreError('unreachable', uri, 'the S3 server sent a list of objects that cannot be read');
    }
    if (key.endsWith('/') && size === 0) continue;
    const path = key.slice(prefix.length);
    const mark = etagMark(etag);
    const marked = { ...(etag === undefined ? {} : { etag }), ...(mark === undefined ? {} : { mark }) };
    yield { path, uri: uriBelow(uri, path), size, ...marked };
  }
}

// The form encoding: a plus stands for a space, and %2B for a plus.
function decoded(key: string): string | null {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
