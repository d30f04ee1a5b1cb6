// What ends a line somewhere, moves a cursor, or turns the direction of what is read; and half characters, which no
// database keeps.
const UNSHOWN = /[\p{Cc}\p{Surrogate}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** The longest that a store's evidence gets, in UTF-16 code units. */
export const LONGEST_EVIDENCE = 2_000;

/** Text that somebody else chose as it may stand in messages, logs and history: on one line, and at most so long. */
export function shownText(text: string, longest: number): string {
  // Cut first: a text may be megabytes. A character cut in half is a half one like any other.
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.replace(UNSHOWN, '\ufffd');
}
