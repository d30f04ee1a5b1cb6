/** How long a folder may take. Times are in milliseconds. */
export interface FolderLimits {
  /** For one look, or one piece of a file. */
  readonly answerMs: number;
  /** For one piece of an upload, and for all of it to be on the disk: a busy disk writes out gigabytes. */
  readonly writeMs: number;
  /** Until one more question is tried at a folder that still owes an answer. */
  readonly againMs: number;
}

export const FOLDER_LIMITS: FolderLimits = { answerMs: 30_000, writeMs: 10 * 60_000, againMs: 60_000 };
