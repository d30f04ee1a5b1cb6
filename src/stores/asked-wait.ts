import type { IncomingHttpHeaders } from 'node:http';

/** That an answer asks to be left alone for a while: for so many milliseconds, or null where it does not say how long. */
export interface AskedWait {
  readonly ms: number | null;
}

// However long a number it is, it is a time.
const MOST_SECONDS = 999_999_999;

/**
 * What an answer asks for, or null: 429 ("Too Many Requests", RFC 6585, section 4), and 503 where it has a Retry-After
 * (RFC 9110, section 10.2.3), in seconds or as a date. A date is measured against the answer's own, so that it does not
 * matter which of the two clocks is wrong.
 */
export function askedWait(status: number, headers: IncomingHttpHeaders): AskedWait | null {
  const ms = retryAfterMs(headers['retry-after'], headers.date);
  if (status === 429) return { ms };
  return status === 503 && ms !== null ? { ms } : null;
}

function retryAfterMs(retryAfter = '', date = ''): number | null {
  if (/^\d+$/.test(retryAfter)) return Math.min(Number(retryAfter), MOST_SECONDS) * 1_000;
  // Without this, anything that begins like a year would be a date.
  const until = retryAfter.endsWith(' GMT') ? Date.parse(retryAfter) : NaN;
  if (Number.isNaN(until)) return null;
  const sent = Date.parse(date);
  return Math.max(0, until - (Number.isNaN(sent) ? Date.now() : sent));
}
