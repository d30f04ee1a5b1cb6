/** How long and how much. Times are in milliseconds, sizes in bytes. */
export interface OutboundLimits {
  /** From the request until the connection stands, name lookup and TLS included. */
  readonly connectMs: number;
  /** For the answer's head once connected, and between two pieces of its body. */
  readonly idleMs: number;
  /** For one look at something, redirects and retries included. */
  readonly lookMs: number;
  /** For reading an object to its end. */
  readonly readMs: number;
  /** The largest object that is read. */
  readonly readBytes: number;
  readonly redirects: number;
}

const HOUR = 60 * 60 * 1000;

export const OUTBOUND_LIMITS: OutboundLimits = {
  connectMs: 5_000,
  idleMs: 30_000,
  lookMs: 30_000,
  readMs: 12 * HOUR,
  readBytes: 4 * 1024 ** 4,
  redirects: 5,
};
