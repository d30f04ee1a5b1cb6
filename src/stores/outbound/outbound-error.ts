/**
 * Stable codes. `not-allowed`: we would not ask; `unreachable`: no whole answer came in time; `too-large`: more came
 * than was wanted.
 */
export type OutboundErrorCode = 'not-allowed' | 'unreachable' | 'too-large';

/**
 * A request to another host that we refused to make, or that came to nothing. The message names hosts, addresses and
 * codes only: a URL's query and a request's headers hold credentials. For the same reason there is no cause.
 */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';

  constructor(
    readonly code: OutboundErrorCode,
    message: string,
    /** Until when the host is left alone, as it asked for. */
    readonly retryAt?: Date,
  ) {
    super(message);
  }
}

const CODE = /^[A-Z][A-Z0-9_]{2,60}$/;

/** What a connection broke with as an OutboundError; an error without a code comes back as it is, a surprise. */
export function brokenConnection(error: unknown, host: string): unknown {
  if (error instanceof OutboundError || !(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' && CODE.test(error.code) ? error.code : null;
  return code === null ? error : new OutboundError('unreachable', `${host} did not answer (${code})`);
}
