import { Readable } from 'node:stream';
import type { OutboundResponse } from './outbound/outbound.js';
import { rangeOutside, StoreError } from './store-error.js';

/** Where a part begins and ends, both included, counted from 0. */
export interface Part {
  readonly start: number;
  readonly end?: number;
}

/** The Range header that asks for the part; none for the whole, since an empty object has no byte 0 to ask for. */
export function rangeHeader({ start, end }: Part): Record<string, string> {
  return start === 0 && end === undefined ? {} : { range: `bytes=${start}-${end ?? ''}` };
}

/**
 * The asked part of an object, out of an answer with status 200 or 206 (RFC 9110, section 14). A host that does not
 * know ranges sends the whole: the part is cut out of that. Throws a StoreError, and ends the answer, when the part is
 * not in it.
 */
export function askedPart(uri: string, asked: string, response: OutboundResponse, part: Part): Readable {
  const { start, end } = part;
  const fail = (error: StoreError): never => {
    response.body.destroy();
    throw error;
  };
  if (response.status === 206) {
    const got = contentRange(response.headers['content-range']);
    const last = got?.total === undefined ? end : Math.min(end ?? Infinity, got.total - 1);
    if (got === null || got.first !== start || (last !== undefined && got.last !== last)) {
      return fail(new StoreError('unreachable', uri, `${asked} answered 206 with another part than asked for`));
    }
    const take = got.last - got.first + 1;
    return bytes(cut(response.body, { skip: 0, take, least: take, short: tooShort(uri, asked) }));
  }
  if (start === 0 && end === undefined) return response.body;
  const size = contentLength(response.headers['content-length']);
  if (size === null) {
    const take = (end ?? Infinity) - start + 1;
    return bytes(cut(response.body, { skip: start, take, least: 1, short: () => rangeOutside(uri, start) }));
  }
  if (start >= size) return fail(rangeOutside(uri, start, size));
  const take = Math.min(end ?? Infinity, size - 1) - start + 1;
  return bytes(cut(response.body, { skip: start, take, least: take, short: tooShort(uri, asked) }));
}

/** `bytes first-last/total`; `total` is left out where the host did not know it. Null for anything else. */
export function contentRange(header: string | undefined): { first: number; last: number; total?: number } | null {
  const [, first, last, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || Number(last) < Number(first)) return null;
  const range = { first: Number(first), last: Number(last) };
  return total === '*' || total === undefined ? range : { ...range, total: Number(total) };
}

/** A Content-Length in bytes, or null where there is none to be believed. */
export function contentLength(header: string | undefined): number | null {
  return /^\d{1,15}$/.test(header ?? '') ? Number(header) : null;
}

const tooShort = (uri: string, asked: string) => (): StoreError =>
  new StoreError('unreachable', uri, `${asked} answered fewer bytes than it said`);

const bytes = (pieces: AsyncGenerator<Uint8Array>): Readable => Readable.from(pieces, { objectMode: false });

interface Cut {
  readonly skip: number;
  readonly take: number;
  /** With fewer bytes than these, the part is not there: `short` says why. */
  readonly least: number;
  readonly short: () => StoreError;
}

async function* cut(body: Readable, { skip, take, least, short }: Cut): AsyncGenerator<Uint8Array> {
  let [before, taken] = [skip, 0];
  // Leaving the loop early destroys the body, and its connection with it.
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    const piece = chunk.subarray(Math.min(before, chunk.byteLength)).subarray(0, take - taken);
    before -= Math.min(before, chunk.byteLength);
    taken += piece.byteLength;
    if (piece.byteLength > 0) yield piece;
    if (taken === take) return;
  }
  if (taken < least) throw short();
}
