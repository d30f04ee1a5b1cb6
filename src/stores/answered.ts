import type { OutboundResponse } from './outbound/outbound.js';
import { OutboundError } from './outbound/outbound-error.js';
import { StoreError, type StoreErrorCode } from './store-error.js';

/** An answer that is not what was asked for, as a StoreError. `asked` says what was asked, `said` what the answer added. */
export function answered(uri: string, asked: string, response: OutboundResponse, said = ''): StoreError {
  const { status, headers, retryAt } = response;
  const words = said === '' ? '' : ` ${said}`;
  const wait = waitText(headers['retry-after']);
  return new StoreError(kindOf(status), uri, `${asked} answered ${status}${words}${wait}`, retryAt);
}

/** What the way out threw, as a StoreError; anything else comes back as it is, a surprise to be thrown. */
export function outboundFailure(error: unknown, uri: string): unknown {
  if (!(error instanceof OutboundError)) return error;
  return new StoreError(error.code === 'not-allowed' ? 'forbidden' : 'unreachable', uri, error.message, error.retryAt);
}

/** The same, with a StoreError where no turn was given since the endpoint asked to be left alone. */
export async function turnedAway<T>(uri: string, turn: Promise<T>): Promise<T> {
  return turn.catch((error: unknown) => {
    throw outboundFailure(error, uri);
  });
}

function kindOf(status: number): StoreErrorCode {
  if (status === 404 || status === 410) return 'missing';
  if (status === 401 || status === 403 || status === 451) return 'forbidden';
  return status === 416 ? 'range-outside' : 'unreachable';
}

/** What a Retry-After asks for, for people: seconds or a date (RFC 9110, section 10.2.3). '' for what is neither. */
export function waitText(retryAfter: string | undefined): string {
  if (retryAfter === undefined || !/^[\w ,:]{1,40}$/.test(retryAfter)) return '';
  return /^\d+$/.test(retryAfter) ? ` and asks to wait ${retryAfter} s` : ` and asks to wait until ${retryAfter}`;
}
