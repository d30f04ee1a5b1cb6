import { fileURLToPath } from 'node:url';
import { shownUri } from './shown-uri.js';
import { StoreRefusal } from './store-refusal.js';

// Characters that the WHATWG URL parser drops or rewrites, so that the path would not be the one that was written.
const REWRITTEN = /[\p{Cc}\p{Surrogate}\\]|^ | $/u;

/**
 * The absolute path that a `file:///` URI names (RFC 8089), percent-decoded, with `.` and `..` worked out.
 * Says nothing about whether the path may be read: see FileRoots.
 */
export function pathOfFileUri(uri: string): string | StoreRefusal {
  const malformed = (problem: string): StoreRefusal => new StoreRefusal('malformed-uri', `${shownUri(uri)} ${problem}`);
  if (!/^file:\/\//i.test(uri)) return malformed('must be written with three slashes: file:///folder/file');
  if (REWRITTEN.test(uri)) return malformed('holds a character that must be percent-encoded (a backslash is %5C)');
  if (/[?#]/.test(uri)) return malformed('holds a ? or #: write %3F or %23 where it belongs to the name');
  if (!URL.canParse(uri)) return malformed('is not a file URI: write file:///folder/file');
  const url = new URL(uri);
  if (url.host !== '' || url.username !== '') {
    return malformed('names a host, and files are only read from this machine: write file:///folder/file');
  }
  if (/%2f/i.test(url.pathname)) return malformed('holds an encoded slash (%2F), which no file name can have');
  if (/%00/.test(url.pathname)) return malformed('holds an encoded zero byte (%00), which no file name can have');
  try {
    return fileURLToPath(url);
  } catch {
    return malformed('holds a % that is not followed by two hex digits of UTF-8: a % in a name is %25');
  }
}

/**
 * The `file:///` URI of an absolute path, percent-encoded so that `pathOfFileUri` gives the same path back.
 * (Node's pathToFileURL loses control characters at the end of a name.)
 */
export function fileUriOf(path: string): string {
  return `file://${path.split('/').map(encodeURIComponent).join('/')}`;
}
