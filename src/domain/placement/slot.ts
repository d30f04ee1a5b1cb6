/**
 * A node's turn to fetch versions of one pool. It is held from the plan that grants it until nothing can come of it any
 * more: by then the node has said that all of it is resident, or that it follows a list which lets it fetch none of it.
 * Times are in milliseconds since 1970.
 */
export interface Slot {
  /** The pool's labels in canonical JSON; of a version that nobody wants any more, nothing else says what its pool was. */
  readonly pool: string;
  /** The ids of versions that the node may be fetching because of it. */
  readonly versions: readonly string[];
  readonly grantedAt: number;
  /** The revision of the list that took it back, and when that was; null while the node may go on. */
  readonly ended: { readonly in: number; readonly at: number } | null;
}

/** That a turn was passed on to another node because nothing came of it here. */
export interface Setback {
  /** The version that was to be fetched. */
  readonly id: string;
  readonly failures: number;
  /** It gets no other turn before, in milliseconds since 1970. */
  readonly retryAt: number;
}

/** How long a turn may go unused before it can be passed on, in milliseconds: an agent begins within a second or two. */
export const UNUSED_MS = 60_000;
/** How long a node is waited for that reports and never says that it follows the list which took its turn back. */
export const PATIENCE_MS = 300_000;

/**
 * How long a node's word that it fetches stands, in milliseconds. An agent says it anew every second, and with each
 * renewal of its lease: where only the renewals come, nobody knows what becomes of its turn.
 */
export const HEARD_MS = 60_000;

const FIRST_MS = 30_000;
const MOST_MS = 600_000;

/** What went wrong with a version once more: each time it waits twice as long for another turn, ten minutes at most. */
export function setBack(id: string, before: Setback | undefined, now: number): Setback {
  const failures = (before?.failures ?? 0) + 1;
  return { id, failures, retryAt: now + Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10)) };
}

/**
 * A node whose slots, setbacks and last report have no time that lies further ahead than it can: after a clock was set back, a turn would else
 * go unused, or a try be waited for, as long as that clock had been ahead.
 */
export function notAhead<T extends Timed>(node: T, now: number): T {
  const slots = node.slots.map((slot) => ({
    ...slot,
    grantedAt: Math.min(slot.grantedAt, now),
    ended: slot.ended && { ...slot.ended, at: Math.min(slot.ended.at, now) },
  }));
  const setbacks = node.setbacks.map((one) => ({ ...one, retryAt: Math.min(one.retryAt, now + MOST_MS) }));
  return { ...node, slots, setbacks, residedAt: node.residedAt && Math.min(node.residedAt, now) };
}

interface Timed {
  readonly slots: readonly Slot[];
  readonly setbacks: readonly Setback[];
  readonly residedAt: number | null;
}
