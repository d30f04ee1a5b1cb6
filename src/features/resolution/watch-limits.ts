/** What watching may cost. Injected, so that a test reaches a limit without a thousand moves or a long wait. */
export interface WatchLimits {
  /** How many changes a watcher may have missed and still resume without the database; up to twice as many are kept. */
  remembered: number;
  /** How often a quiet stream gets a comment, in milliseconds, so that nobody in between takes it for dead. */
  heartbeatMs: number;
  /** What one connection may leave unread, in bytes, before it is cut off: it resumes by id, and the others do not pay. */
  unreadBytes: number;
  /** How long a connection may take nothing at all of the past that it asked for, in milliseconds. */
  stalledMs: number;
}

export const WATCH_LIMITS: WatchLimits = {
  remembered: 4096,
  heartbeatMs: 15_000,
  unreadBytes: 1024 * 1024,
  stalledMs: 30_000,
};
