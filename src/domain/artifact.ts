import { credentialInUri } from './credential-in-uri.js';

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/i;

/** Says what is wrong with a content digest, or null. */
export function digestProblem(value: unknown): string | null {
  return typeof value === 'string' && DIGEST.test(value) ? null : 'must be sha256: and 64 lower-case hex digits';
}

/**
 * Says what is wrong with an artifact's URI as a text, or null. Whether a store serves it is the stores' to say. A URI is
 * kept for good and shown to whoever may read: one that opens what it names, such as a presigned URL, is refused.
 */
export function uriProblem(value: unknown): string | null {
  // In bytes: checks find a URI by an index, whose entries have their limit.
  const fits =
    typeof value === 'string' && Buffer.byteLength(value) <= 2048 && /^[a-z][a-z0-9+.-]*:\/\/\S+$/.test(value);
  if (!fits) return 'must be a URI such as s3://bucket/key or file:///folder/name, of at most 2048 bytes';
  const credential = credentialInUri(value);
  if (credential === null) return null;
  return (
    `holds a credential (${credential}), and records are kept and shown: name the file without it, and let whoever runs ` +
    'the registry configure access (LASTGOOD_HTTPS_CREDENTIALS, LASTGOOD_OCI_CREDENTIALS, an S3 store)'
  );
}

/** Says what is wrong with an artifact's media type, or null. */
export function mediaTypeProblem(value: unknown): string | null {
  return typeof value === 'string' && MEDIA_TYPE.test(value)
    ? null
    : 'must be a media type such as application/octet-stream';
}

/**
 * Says what is wrong with an artifact's place inside its version, or null. It becomes a path on a node's disk,
 * so nothing that climbs, hides or means another thing elsewhere is taken.
 */
export function pathProblem(value: unknown): string | null {
  const fits =
    typeof value === 'string' &&
    value.length <= 1024 &&
    !/[\\\p{Cc}]/u.test(value) &&
    value.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && Buffer.byteLength(part) <= 255);
  return fits ? null : 'must be a relative path such as weights/model-00001.safetensors, without "." or ".." parts';
}

/** Whether an artifact's URI names all files below a folder, a prefix, rather than one file: it ends in a slash. */
export function isPrefix(uri: string): boolean {
  return uri.endsWith('/');
}

/** The path an artifact gets when none is given: the last part of its URI, for a prefix the name of its folder. */
export function pathFromUri(uri: string): string {
  const place = isPrefix(uri) ? uri.slice(0, -1) : uri.replace(/[?#].*$/, '');
  const last = place.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
