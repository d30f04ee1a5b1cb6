/** What watching may cost. Injected, so that a test reaches a limit without a thousand moves or a long wait. */
export interface WatchLimits {
  /** How many changes a watcher may have missed and still resume without the database; up to twice as many are kept. */
  remembered: number;
  /** The most that those changes may take of memory, in bytes: a record can be as large as a request. */
  rememberedBytes: number;
  /** How often a quiet stream gets a comment, in milliseconds, so that nobody in between takes it for dead. */
  heartbeatMs: number;
  /** How long a connection may leave unread what it was sent, in milliseconds, before it is cut off. */
  stalledMs: number;
}

export const WATCH_LIMITS: WatchLimits = {
  remembered: 4096,
  rememberedBytes: 64 * 1024 * 1024,
  heartbeatMs: 15_000,
  stalledMs: 30_000,
};
