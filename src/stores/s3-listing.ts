import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { Asking, ListedObject } from './artifact-store.js';
import { etagMark } from './etag-mark.js';
import { uriBelow } from './listing.js';
import type { S3Account } from './s3-account.js';
import { ArchivedObjects, type AskForPage } from './s3-archive.js';
import type { S3Location } from './s3-uri.js';
import { StoreError } from './store-error.js';

/** What to list: a bucket and the beginning of its keys, which `uri` names. */
export interface S3Prefix extends S3Location {
  readonly uri: string;
}

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
 * StoreError for a key that no artifact's path can be, for a list that stops before its end, and for an answer that is
 * no list. `open` asks for the first byte of an object that may lie in an archive, and throws where it cannot be had;
 * left out, those are listed like all others.
 */
export async function* listObjects(
  prefix: S3Prefix,
  ask: AskForPage,
  open?: (uri: string) => Promise<void>,
): AsyncGenerator<ListedObject> {
  const { bucket, key, uri } = prefix;
  // Keys may hold characters that XML cannot, so they are asked for percent-encoded.
  const input = { Bucket: bucket, Prefix: key, EncodingType: 'url' as const };
  const seen = new Set<string>();
  let encoding: string | undefined;
  const keyOf = (written = ''): string => {
    const readable = encoding === 'url' ? decoded(written) : written;
    if (readable !== null) return readable;
    throw new StoreError('unreachable', uri, 'the S3 server sent a list of objects that cannot be read');
  };
  const archived = open && new ArchivedObjects(ask, (written) => open(uriBelow(uri, keyOf(written).slice(key.length))));
  for (let token: string | undefined; ;) {
    const asked = { ...input, ContinuationToken: token };
    const page = await ask(new ListObjectsV2Command(asked));
    if (!isList(page)) {
      throw new StoreError('unreachable', uri, 'what answered gave no list of objects: is it an S3 server?');
    }
    encoding = page.EncodingType;
    await archived?.require(page.Contents ?? [], asked);
    for (const { Key, Size: size = 0, ETag: etag, LastModified: written } of page.Contents ?? []) {
      const path = keyOf(Key).slice(key.length);
      if (!Number.isSafeInteger(size) || size < 0) {
        throw new StoreError('unreachable', uri, 'the S3 server sent a list of objects that cannot be read');
      }
      if (size === 0 && keyOf(Key).endsWith('/')) continue;
      const mark = etagMark(etag);
      yield {
        path,
        uri: uriBelow(uri, path),
        size,
        ...(etag === undefined ? {} : { etag }),
        ...(mark === undefined ? {} : { mark }),
        ...(written === undefined ? {} : { lastModified: written.toISOString() }),
      };
    }
    const next = page.NextContinuationToken ?? '';
    if (next === '' && page.IsTruncated !== true) return;
    if (next === '') throw new StoreError('unreachable', uri, 'the S3 server ended its list of objects before the end');
    if (seen.has(next)) throw new StoreError('unreachable', uri, 'the S3 server began its list of objects anew');
    token = next;
    seen.add(next);
  }
}

// A web page is understood too, as a list that names nothing: what every list names is asked after.
function isList({ Name, KeyCount, MaxKeys, IsTruncated, Contents }: ListObjectsV2CommandOutput): boolean {
  return [Name, KeyCount, MaxKeys, IsTruncated, Contents].some((part) => part !== undefined);
}

// The form encoding: a plus stands for a space, and %2B for a plus.
function decoded(key: string): string | null {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
