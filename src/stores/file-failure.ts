import { StoreError, type StoreErrorCode } from './store-error.js';

const CODES: Record<string, StoreErrorCode> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  ENAMETOOLONG: 'missing',
  // The path is opened without following a last link: whatever could be followed was, so this one leads nowhere.
  ELOOP: 'missing',
  // What opening a socket gives.
  ENXIO: 'unsupported',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
  EROFS: 'forbidden',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
};

const TEXTS: Record<StoreErrorCode, string> = {
  missing: 'there is no such file or folder',
  forbidden: 'the file system refused access',
  full: 'the file system is full',
  unreachable: 'the file system did not answer as it should',
  unsupported: 'this is no file',
  changed: 'the file is not what it was',
  'range-outside': 'the range lies outside the file',
};

/** A file system's error as a StoreError; what is not a system error comes back as it is, a surprise to be thrown. */
export function fileFailure(error: unknown, uri: string): unknown {
  const code = systemCode(error);
  if (code === null) return error;
  const kind = CODES[code] ?? 'unreachable';
  return new StoreError(kind, uri, `${TEXTS[kind]} (${code})`);
}

function systemCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
