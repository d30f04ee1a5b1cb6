import type { CheckView } from '../client/index.js';

/** When each pin of a version was last looked at, by what is pinned. Compared with itself only: no clocks are. */
export type PinsSeen = ReadonlyMap<string, string>;

/** Picks that from the version's newest checks. */
export function pinsSeen(checks: readonly CheckView[]): PinsSeen {
  return new Map(checks.filter(({ kind }) => kind === 'pin').map(({ subject, observedAt }) => [subject, observedAt]));
}

/** How many of the pins that are there now were looked at by then, and not since. */
export function pinsLeft(before: PinsSeen, now: PinsSeen): number {
  return [...now].filter(([subject, at]) => before.get(subject) === at).length;
}
