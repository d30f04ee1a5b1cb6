import type { DownloadFailureCode } from '../download/index.js';

/** A version could not be put into the folder. The message says why, and what would help. */
export class PullFailure extends Error {
  override readonly name = 'PullFailure';

  constructor(
    readonly code: DownloadFailureCode | 'folder-taken' | 'folder-unusable',
    message: string,
  ) {
    super(message);
  }
}
