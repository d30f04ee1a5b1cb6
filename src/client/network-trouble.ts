import { DeadlineExceeded } from './deadline.js';
import { LastgoodError, LastgoodUnreachable } from './errors.js';

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'refuses connections: nothing listens there',
  ECONNRESET: 'cut the connection',
  UND_ERR_SOCKET: 'cut the connection',
  EPIPE: 'cut the connection',
  ENOTFOUND: 'cannot be found: no such host name',
  EAI_AGAIN: 'cannot be found: the name server does not answer',
  ETIMEDOUT: 'does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'took too long to answer',
  UND_ERR_BODY_TIMEOUT: 'stopped in the middle of its answer',
  EHOSTUNREACH: 'cannot be reached from this machine',
  ENETUNREACH: 'cannot be reached from this machine',
};

// With these no byte of the request left this machine, so even a call that must not run twice may be sent again.
const NEVER_SENT = new Set(['ECONNREFUSED', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** What went wrong below HTTP, in words that name the address. Our own errors pass through as they are. */
export function networkTrouble(error: unknown, url: string): Error {
  if (error instanceof LastgoodError || error instanceof LastgoodUnreachable) return error;
  if (error instanceof DeadlineExceeded) return new LastgoodUnreachable(url, `gave ${error.message}`, { cause: error });
  const code = codeOf(error);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
  const reason = REASONS[code] ?? `cannot be reached (${code || cause || String(error)})`;
  return new LastgoodUnreachable(url, reason, { cause: error });
}

/** Whether the request certainly did not reach the registry. */
export function neverArrived(error: unknown): boolean {
  return error instanceof LastgoodUnreachable && NEVER_SENT.has(codeOf(error.cause));
}

// fetch throws "fetch failed" and puts what happened in `cause`.
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
}
