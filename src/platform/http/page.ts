import type { Page } from '../../contract/views.js';
import { Refusal, refuseField } from '../../contract/refusal.js';

const DEFAULT_SIZE = 50;
const MAX_SIZE = 500;
const KEYS = {
  name: /^k:[\x21-\x7e]{1,200}$/,
  number: /^k:[0-9]{1,15}$/,
  'time-and-name': /^k:[0-9]{1,15}\/[\x21-\x7e]{1,200}$/,
};

/** Which part of a list is wanted: at most `size` items beyond `after`, the sort key of the page before. */
export interface PageRequest {
  size: number;
  after: string | null;
}

/** Reads `pageSize` and `pageToken` of a query string; `key` is what the list is sorted by. */
export function readPage(
  query: { pageSize?: string; pageToken?: string },
  key: keyof typeof KEYS,
): PageRequest | Refusal {
  const size = query.pageSize === undefined ? DEFAULT_SIZE : Number(/^[0-9]{1,3}$/.exec(query.pageSize)?.[0] ?? NaN);
  if (!(size >= 1 && size <= MAX_SIZE)) {
    return refuseField('pageSize', query.pageSize, `must be a whole number from 1 to ${MAX_SIZE}`);
  }
  if (query.pageToken === undefined) return { size, after: null };
  const after = Buffer.from(query.pageToken, 'base64url').toString();
  // Decoding skips what is no base64url, so only encoding it again shows that the token is one of ours.
  if (tokenOf(after) !== query.pageToken || !KEYS[key].test(after)) {
    return refuseField('pageToken', query.pageToken, 'must be the nextPageToken of the page before, unchanged');
  }
  return { size, after: after.slice(2) };
}

/** Cuts `rows` (one more than wanted, if there are more) to a page whose token is the last row's sort key. */
export function pageOf<Row, View>(
  rows: Row[],
  { size }: PageRequest,
  keyOf: (row: Row) => string | number,
  view: (row: Row) => View,
): Page<View> {
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  const more = rows.length > size && last !== undefined;
  const nextPageToken = more ? tokenOf(`k:${keyOf(last)}`) : null;
  return { items: shown.map(view), nextPageToken };
}

const tokenOf = (text: string): string => Buffer.from(text).toString('base64url');
