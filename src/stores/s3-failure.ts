import { S3ServiceException } from '@aws-sdk/client-s3';
import { OutboundError } from './outbound/outbound-error.js';
import { StoreError, type StoreErrorCode } from './store-error.js';

const ERROR_NAME = /^[A-Za-z][\w.]{0,59}$/;
// What the client calls an answer that holds no error of S3: one to a HEAD, or of something that is no S3 server.
const NOT_S3S_OWN = new Set(['NotFound', 'Unknown', 'UnknownError', 'Error']);
// Connection errors carry a code: that of the system, of TLS, or of the parser of HTTP.
const BROKEN = /^[A-Z][A-Z0-9_]{2,60}$/;

interface Cause {
  readonly code: StoreErrorCode;
  readonly hint: string;
}

const ARCHIVED: Cause = {
  code: 'forbidden',
  hint: ': it lies in an archive class, and has to be restored before it can be read (RestoreObject)',
};
const SKEWED: Cause = { code: 'unreachable', hint: ': the clock of this machine is wrong, or that of the server' };
const ENDED: Cause = { code: 'unreachable', hint: ': the configured credentials are good no more' };
const ELSEWHERE: Cause = { code: 'unreachable', hint: ': the bucket lies in another region or at another endpoint' };
const NO_KEY: Cause = { code: 'forbidden', hint: ': the key that its bytes are encrypted with cannot be used' };

/** Errors that say more, or something else, than their status. */
const BY_NAME: Readonly<Record<string, Cause>> = {
  InvalidObjectState: ARCHIVED,
  RequestTimeTooSkewed: SKEWED,
  ExpiredToken: ENDED,
  InvalidToken: ENDED,
  TokenRefreshRequired: ENDED,
  AuthorizationHeaderMalformed: ELSEWHERE,
  PermanentRedirect: ELSEWHERE,
};

/**
 * An S3 client's error as a StoreError that says what was seen: the status and S3's own error name, or how the
 * connection failed. Built from those words alone, since the error itself holds the signed request. `permission` is
 * what the request takes where that is not plain from the request. What is no answer of an S3 server says nothing of the
 * object, whatever its status: a proxy that has lost its server answers 404 too. An error that is none of these comes
 * back as it is, a surprise to be thrown.
 */
export function s3Failure(error: unknown, uri: string, server: string, permission?: string): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'CredentialsProviderError') {
    return new StoreError('forbidden', uri, 'no S3 credentials are configured, and none were found on this machine');
  }
  if (error instanceof OutboundError) {
    // The client adds a second line for programmers.
    return new StoreError('unreachable', uri, error.message.split('\n', 1)[0] ?? '', error.retryAt);
  }
  const answer = answerOf(error);
  if (answer !== null) return answered(answer, error, uri, server, permission);
  const broke = brokenBy(error);
  return broke === null ? error : new StoreError('unreachable', uri, `${server} did not answer (${broke})`);
}

/** Whether the client was answered, yet not told why not: so it is with HEAD, whose answers have no body. */
export function isUnexplained(error: unknown): boolean {
  const status = statusOf(error);
  return status >= 400 && status < 500 && status !== 429 && error instanceof Error && !hasOwnName(error.name);
}

/** The HTTP status that an S3 client's error stands for; 0 where there was no answer. */
export function statusOf(error: unknown): number {
  return error instanceof Error ? (answerOf(error)?.status ?? 0) : 0;
}

// 400 also says that credentials ended, that the region is another one, or that a request took too long (AWS, "Error
// responses"). A proxy answers 400 too, of its own accord.
const PASSING = /Token|Authorization|Credential|Timeout|TimeTooSkewed|IncompleteBody/;

/** Whether the server understood what it was asked, and will never do it: it lacks the feature, or the bucket does. */
export function isDeclined(error: unknown): boolean {
  if (!(error instanceof S3ServiceException)) return false;
  const answer = answerOf(error);
  if (answer?.status !== 400) return answer?.status === 405 || answer?.status === 501;
  return (answer.hasId || hasOwnName(error.name)) && !PASSING.test(error.name);
}

interface Answer {
  readonly status: number;
  /** Every answer of an S3 server has an id; what stands in its place has none. */
  readonly hasId: boolean;
}

function answerOf(error: Error): Answer | null {
  if (!('$metadata' in error) || typeof error.$metadata !== 'object' || error.$metadata === null) return null;
  const { httpStatusCode, requestId } = error.$metadata as { httpStatusCode?: unknown; requestId?: unknown };
  return typeof httpStatusCode === 'number' ? { status: httpStatusCode, hasId: requestId !== undefined } : null;
}

const hasOwnName = (name: string): boolean => ERROR_NAME.test(name) && !NOT_S3S_OWN.has(name);

function answered({ status, hasId }: Answer, error: Error, uri: string, server: string, permission?: string) {
  const own = hasOwnName(error.name) ? error.name : null;
  const kind = kindOf(status);
  // The client could not make sense of it, or it names neither error nor request.
  if (!('$fault' in error) || (kind === 'missing' && own === null && !hasId)) return noAnswerOfS3(uri, server, status);
  const said = `${server} answered ${status}${own === null ? '' : ` ${own}`}`;
  const cause = own === null ? undefined : own.startsWith('KMS.') ? NO_KEY : BY_NAME[own];
  return cause === undefined
    ? new StoreError(kind, uri, said + hint(status, permission))
    : new StoreError(cause.code, uri, said + cause.hint);
}

/** The error for what an S3 server would not have answered; its own words may hold anything. */
export function noAnswerOfS3(uri: string, server: string, status: number): StoreError {
  return new StoreError('unreachable', uri, `${server} answered ${status} and what is no answer of S3`);
}

function kindOf(status: number): StoreErrorCode {
  if (status === 404) return 'missing';
  if (status === 401 || status === 403) return 'forbidden';
  if (status === 412) return 'changed';
  if (status === 416) return 'range-outside';
  return status === 507 ? 'full' : 'unreachable';
}

function hint(status: number, permission?: string): string {
  if (status === 403)
    return `: the configured credentials may not do this here${permission ? ` (it takes ${permission})` : ''}`;
  return status === 301 || status === 307 ? ELSEWHERE.hint : '';
}

// The client's own time limits have only a name.
function brokenBy(error: Error): string | null {
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer within the time limit';
  return 'code' in error && typeof error.code === 'string' && BROKEN.test(error.code) ? error.code : null;
}
