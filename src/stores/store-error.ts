import { LONGEST_EVIDENCE, shownText } from './shown-text.js';
import { shownUri } from './shown-uri.js';

/**
 * Stable codes: programs match on these. `changed` is said of bytes that their own URI contradicts, and of an object
 * that no longer bears the mark it was asked for with.
 */
export type StoreErrorCode =
  'missing' | 'changed' | 'forbidden' | 'unreachable' | 'unsupported' | 'full' | 'range-outside';

/**
 * A store could not give or take bytes. The message names the URI and the evidence, each on one line and cut short: a
 * server's own words may stand in it.
 * It carries no cause: the errors of storage clients hold requests, and requests hold credentials.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';

  readonly evidence: string;

  constructor(
    readonly code: StoreErrorCode,
    readonly uri: string,
    evidence: string,
    /** Until when the store's endpoint is left alone, as it asked for. */
    readonly retryAt?: Date,
  ) {
    const [shown, said] = [shownUri(uri), shownText(evidence, LONGEST_EVIDENCE)];
    // A refusal's text begins with the URI as it is.
    super(said.startsWith(shown) ? said : `${shown}: ${said}`);
    this.evidence = said;
  }
}

/** The error for an object that bears another mark than the one it was to be read with, or none. */
export function changedSince(uri: string, ifMark: string, mark: string | undefined): StoreError {
  const now = mark === undefined ? '' : ` but ${shownMark(mark)}`;
  return new StoreError('changed', uri, `the object no longer has the mark ${shownMark(ifMark)}${now}`);
}

/** The error for a range that begins behind the last byte. `size` is in bytes. */
export function rangeOutside(uri: string, start: number, size?: number): StoreError {
  const length = size === undefined ? '' : `; the object has ${size} bytes`;
  return new StoreError('range-outside', uri, `there is no byte ${start}${length}`);
}

// Marks hold what servers send.
function shownMark(mark: string): string {
  return shownText(mark, 200);
}
