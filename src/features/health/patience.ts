/**
 * Longest wait for the queue or the database, in milliseconds: a scrape gives up on its own soon after, and then loses
 * every number.
 */
export const PATIENCE_MS = 1000;
