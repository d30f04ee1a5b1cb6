import type { IncomingHttpHeaders } from 'node:http';
import { parseDigest, type Digest } from '../domain/digest.js';
import type { PresentObject } from './artifact-store.js';
import { etagMark } from './etag-mark.js';

/** What an answer says of the object beside its size: an ETag and the mark that it makes, a time, a media type, a digest of the whole (RFC 9530). */
export function factsIn(headers: IncomingHttpHeaders): Omit<PresentObject, 'state' | 'size'> {
  const { etag } = headers;
  const mediaType = headers['content-type']?.replace(/;.*$/s, '').trim();
  const digest = reprDigest(headers['repr-digest']);
  const mark = etagMark(etag);
  const lastModified = moment(headers['last-modified']);
  return {
    ...(digest === null ? {} : { digest }),
    ...(mediaType === undefined || mediaType === '' ? {} : { mediaType }),
    ...(etag === undefined || etag === '' ? {} : { etag }),
    ...(mark === undefined ? {} : { mark }),
    ...(lastModified === null ? {} : { lastModified }),
  };
}

/** Whether the bytes are the object's own: an encoding that we did not ask for would change size and digest. */
export function isPlain(headers: IncomingHttpHeaders): boolean {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  return encoding === '' || encoding === 'identity';
}

/** The SHA-256 in a Repr-Digest header (RFC 9530, a dictionary of byte sequences); null when there is none. */
export function reprDigest(header: string | string[] | undefined): Digest | null {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  const [, base64] = /(?:^|,)[ \t]*sha-256=:([A-Za-z0-9+/]{43}=):[ \t]*(?=,|;|$)/.exec(text) ?? [];
  if (base64 === undefined) return null;
  const bytes = Buffer.from(base64, 'base64');
  // Two spellings of one digest: only the canonical one is a byte sequence that a server would send.
  return bytes.toString('base64') === base64 ? parseDigest(`sha256:${bytes.toString('hex')}`) : null;
}

function moment(header: string | undefined): string | null {
  const at = Date.parse(header ?? '');
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
