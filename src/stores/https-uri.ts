import { shownUri } from './shown-uri.js';
import { StoreRefusal } from './store-refusal.js';

// Characters that the WHATWG URL parser drops or rewrites, so that the address would not be the one that was written.
const REWRITTEN = /[\p{Cc}\p{Surrogate}\\ ]/u;

/** The address that an `https://` (or `http://`) URI names. Says nothing about whether it may be asked. */
export function urlOfHttpsUri(uri: string): URL | StoreRefusal {
  const malformed = (problem: string): StoreRefusal => new StoreRefusal('malformed-uri', `${shownUri(uri)} ${problem}`);
  if (!/^https?:\/\/[^/]/i.test(uri)) return malformed('must be written https://host/path');
  if (REWRITTEN.test(uri)) return malformed('holds a character that must be percent-encoded (a space is %20)');
  if (uri.includes('#')) return malformed('holds a #: write %23 where it belongs to the name');
  if (!URL.canParse(uri)) return malformed('is not a URL: write https://host/path');
  const url = new URL(uri);
  if (url.username !== '' || url.password !== '') {
    return malformed('names a user: credentials belong in the configuration, never in a URI');
  }
  if (url.pathname.endsWith('/') && url.search === '') {
    const text = `${shownUri(uri)} names no file, and a web server does not list what lies below: name each file`;
    return new StoreRefusal('not-listable', text);
  }
  return url;
}
