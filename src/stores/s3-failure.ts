import { S3ServiceException } from '@aws-sdk/client-s3';
import { OutboundError } from './outbound/outbound-error.js';
import { StoreError, type StoreErrorCode } from './store-error.js';

const SYSTEM_CODE = /^E[A-Z0-9_]{2,30}$/;

/**
 * An S3 client's error as a StoreError that says what was seen: the status and S3's own error name, or how the
 * connection failed. Built from those words alone, since the error itself holds the signed request. `permission` is
 * what the request takes where that is not plain from the request. An error that is neither comes back as it is, a
 * surprise to be thrown.
 */
export function s3Failure(error: unknown, uri: string, server: string, permission?: string): unknown {
  if (!(error instanceof Error)) return error;
  if (error instanceof S3ServiceException) return answered(error, uri, server, permission);
  if (error.name === 'CredentialsProviderError') {
    return new StoreError('forbidden', uri, 'no S3 credentials are configured, and none were found on this machine');
  }
  if (error instanceof OutboundError) {
    // The client adds a second line for programmers.
    return new StoreError('unreachable', uri, error.message.split('\n', 1)[0] ?? '');
  }
  const status = answeredStatus(error);
  if (status !== null)
    return new StoreError('unreachable', uri, `${server} answered ${status} and what is no answer of S3`);
  const broke = systemCode(error);
  return broke === null ? error : new StoreError('unreachable', uri, `${server} did not answer (${broke})`);
}

// 400 also says that credentials ended, that the region is another one, or that a request took too long (AWS, "Error
// responses").
const PASSING = /Token|Authorization|Credential|Timeout|TimeTooSkewed|IncompleteBody/;

/** Whether the server understood what it was asked, and will never do it: it lacks the feature, or the bucket does. */
export function isDeclined(error: unknown): boolean {
  if (!(error instanceof S3ServiceException)) return false;
  const status = error.$metadata.httpStatusCode ?? 0;
  return (status === 400 && !PASSING.test(error.name)) || status === 405 || status === 501;
}

function answered(error: S3ServiceException, uri: string, server: string, permission?: string): StoreError {
  const status = error.$metadata.httpStatusCode ?? 0;
  const name = /^[A-Za-z]{1,60}$/.test(error.name) ? ` ${error.name}` : '';
  return new StoreError(kindOf(status), uri, `${server} answered ${status}${name}${hint(status, permission)}`);
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
  return status === 301 || status === 307 ? ': the bucket lies in another region or at another endpoint' : '';
}

// An answer that the client could not make sense of; its own words may hold what was answered.
function answeredStatus(error: Error): number | null {
  if (!('$metadata' in error) || typeof error.$metadata !== 'object' || error.$metadata === null) return null;
  const { httpStatusCode: status } = error.$metadata as { httpStatusCode?: unknown };
  return typeof status === 'number' ? status : null;
}

// Connection errors carry a system code; the client's own time limits only a name.
function systemCode(error: Error): string | null {
  if ('code' in error && typeof error.code === 'string' && SYSTEM_CODE.test(error.code)) return error.code;
  return error.name === 'TimeoutError' || error.name === 'AbortError' ? 'no answer within the time limit' : null;
}
