import type { Role } from './role.js';

/** How a version is checked: `look` asks the stores what lies there, `deep` reads the bytes and hashes them. */
export const DEPTHS = ['look', 'deep'] as const;
export type Depth = (typeof DEPTHS)[number];

/**
 * How many seconds there may be between two checks of a version: `needed` while it is live, the rollback target or the
 * candidate, `kept` within the retention window, `other` for all the rest. 0 means never.
 */
export type Intervals = Readonly<Record<Depth, Readonly<Record<'needed' | 'kept' | 'other', number>>>>;

/** The place of a version in the order of all that is due: its role's in ROLES, and behind them those without one. */
export const URGENCIES = ['live', 'target', 'candidate', 'kept', 'other'] as const;
export type Urgency = (typeof URGENCIES)[number];

/** The share of an interval over which the next checks are strewn, at its end. */
const JITTER = 0.15;

/** The seconds between two checks of a version in this role (null: in none); null where it is never checked so. */
export function checkInterval(intervals: Intervals, depth: Depth, role: Role | null): number | null {
  const { needed, kept, other } = intervals[depth];
  const seconds = role === null ? other : role === 'kept' ? kept : needed;
  return seconds === 0 ? null : seconds;
}

/**
 * The seconds until the next check: the interval, or up to 15 % less. Never more, so that evidence is not older than
 * the interval says, and never the same for all, so that what was checked together is not due together for ever.
 * @param random evenly drawn from 0 to 1
 */
export function secondsUntilNext(interval: number, random: number): number {
  return interval * (1 - JITTER * random);
}

/**
 * The seconds until a version in this role is looked at again that could not be looked at, since an endpoint asked to wait
 * for `wait` seconds: after that, strewn over the interval of those that are needed more, so that not all that were turned
 * away together come back together. Never later than the next look would be anyway. Null where it is never looked at.
 * @param random evenly drawn from 0 to 1
 */
export function secondsUntilRetry(
  intervals: Intervals,
  role: Role | null,
  wait: number,
  random: number,
): number | null {
  const interval = checkInterval(intervals, 'look', role);
  if (interval === null) return null;
  const more = role === null ? 'kept' : 'live';
  const strewn = role === null || role === 'kept' ? checkInterval(intervals, 'look', more) : null;
  const next = secondsUntilNext(interval, random);
  return Math.min(next, wait + random * Math.min(interval, strewn ?? JITTER * interval));
}

/** A version's urgency as the number by which due checks are sorted: 0 first. */
export function urgencyOf(role: Role | null): number {
  return URGENCIES.indexOf(role ?? 'other');
}
