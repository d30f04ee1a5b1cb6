import { shownUri } from './shown-uri.js';
import { StoreRefusal } from './store-refusal.js';

/** Where an object lies: the key as the bucket knows it, nothing encoded. */
export interface S3Location {
  readonly bucket: string;
  readonly key: string;
}

const URI = /^s3:\/\/([^/]*)\/(.*)$/is;
// The limit of S3's keys (AWS, "Naming Amazon S3 objects"), in bytes of UTF-8.
const LONGEST_KEY = 1024;

/**
 * The bucket and key that `s3://bucket/key` names. Keys are percent-encoded UTF-8; `+` is a plus, and characters that
 * need no encoding to be understood (a space, é) are taken as they are.
 */
export function locationOfS3Uri(uri: string): S3Location | StoreRefusal {
  const malformed = (problem: string): StoreRefusal => new StoreRefusal('malformed-uri', `${shownUri(uri)} ${problem}`);
  const [, bucket = '', encoded = ''] = URI.exec(uri) ?? [];
  if (bucket.includes('@')) return malformed('names a user: credentials belong in the configuration, never in a URI');
  if (bucket === '' || encoded === '') return malformed('must be written s3://bucket/key');
  if (/[?#]/.test(uri)) return malformed('holds a ? or #: write %3F or %23 where it belongs to the key');
  const key = decoded(encoded);
  if (key === null) return malformed('holds a % that is not followed by two hex digits of UTF-8: a % in a key is %25');
  const problem = keyProblem(key);
  return problem === null ? { bucket, key } : malformed(problem);
}

/** The `s3://` URI of an object, percent-encoded so that `locationOfS3Uri` gives the same key back. */
export function s3UriOf({ bucket, key }: S3Location): string {
  return `s3://${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
}

/** The refusal of an object in a bucket that is not served. */
export function unknownBucket(uri: string, { bucket }: S3Location, served: readonly string[]): StoreRefusal {
  const text = `${shownUri(uri)} lies in the bucket ${bucket}, and the buckets served here are: ${served.join(', ')}; S3_BUCKET and LASTGOOD_S3_STORES_FILE name them`;
  return new StoreRefusal('unknown-bucket', text);
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function keyProblem(key: string): string | null {
  if (/[\p{Cc}\p{Surrogate}]/u.test(key))
    return 'holds a control character, which not every S3 server can keep in a key';
  if (Buffer.byteLength(key) > LONGEST_KEY) return `has a key of more than ${LONGEST_KEY} bytes`;
  // A proxy that tidies paths would turn such a key into another one, or into one of another bucket.
  if (key.split('/').some((part) => part === '.' || part === '..')) return 'has . or .. as a part of its key';
  return null;
}
