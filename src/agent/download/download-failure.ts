import { systemCode } from '../../platform/files/system-code.js';
import { StoreError } from '../../stores/store-error.js';

/** Stable codes: programs match on these. */
export type DownloadFailureCode =
  | 'missing'
  | 'changed'
  | 'forbidden'
  | 'unreachable'
  | 'unsupported'
  | 'too-few-bytes'
  | 'too-many-bytes'
  | 'wrong-digest'
  | 'no-room'
  | 'disk-full'
  | 'unusable'
  | 'unexpected';

/** Why a download ended without its bytes. The message is for people, and names what it is about. */
export class DownloadFailure extends Error {
  override readonly name = 'DownloadFailure';

  constructor(
    readonly code: DownloadFailureCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const WRONG = new Set<DownloadFailureCode>(['wrong-digest', 'too-few-bytes', 'too-many-bytes']);
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Whether the file system has no room for what was to be written. */
export function isDiskFull(error: unknown): boolean {
  return FULL.has(systemCode(error) ?? '');
}

/** Any error of a download as its reason. `what` names the file. */
export function asFailure(error: unknown, what: string): DownloadFailure {
  if (error instanceof DownloadFailure) return error;
  if (isDiskFull(error)) return new DownloadFailure('disk-full', `the disk became full while ${what} was written`);
  if (error instanceof StoreError) {
    const code = error.code === 'full' ? 'unexpected' : error.code === 'range-outside' ? 'too-few-bytes' : error.code;
    return new DownloadFailure(code, error.message);
  }
  const text = error instanceof Error ? error.message : String(error);
  return new DownloadFailure('unexpected', `${what}: ${text}`, { cause: error });
}

/** Whether the bytes that came cannot be used: fetching all of them anew may bring the right ones. */
export function isWrongContent(error: unknown): boolean {
  if (error instanceof StoreError) return error.code === 'changed' || error.code === 'range-outside';
  return error instanceof DownloadFailure && WRONG.has(error.code);
}
