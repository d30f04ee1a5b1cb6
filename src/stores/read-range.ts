import type { ReadOptions } from './artifact-store.js';

/** The range to read, with `start` filled in. Throws a RangeError for one that no object could have. */
export function checkRange({ start = 0, end }: ReadOptions): { start: number; end?: number } {
  if (!Number.isSafeInteger(start) || start < 0) throw new RangeError(`start must be 0 or more, not ${start}`);
  if (end !== undefined && (!Number.isSafeInteger(end) || end < start)) {
    throw new RangeError(`end must be ${start} or more, not ${end}`);
  }
  return end === undefined ? { start } : { start, end };
}
