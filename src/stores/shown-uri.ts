import { shownText } from './shown-text.js';

const LONGEST = 300;

/**
 * A user's URI as it may be repeated in messages and logs: one line, at most 300 characters, and without the two parts
 * that carry secrets, a user and password before the host and a signature behind the question mark.
 */
export function shownUri(uri: string): string {
  const shown = uri.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1…@').replace(/[?#].*$/s, (rest) => `${rest[0]}…`);
  return shownText(shown, LONGEST);
}
