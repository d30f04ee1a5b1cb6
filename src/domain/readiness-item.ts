import type { Found, Judged } from './readiness-evidence.js';
import type { CheckedItem } from './readiness-needs.js';

/** `warn`: worth knowing, yet the way back works. Only `fail` and `unknown` stand in the way of being ready. */
export type ItemState = 'pass' | 'warn' | 'fail' | 'unknown';

/** One line of a checklist: what was seen, by how many checks, how old the oldest of them is, and what to do next. */
export interface ReadinessItem {
  readonly name: 'rollback-target' | CheckedItem | 'nodes';
  readonly state: ItemState;
  readonly text: string;
  /** What to do about it; null where there is nothing to do. */
  readonly next: string | null;
  readonly expected: number;
  readonly failing: number;
  readonly unknown: number;
  /** When the oldest of its checks looked; null where none is expected or none has looked yet. */
  readonly oldestAt: Date | null;
  /** How old a check may become before it is unknown, in seconds; null where the item rests on no checks. */
  readonly maxAgeSeconds: number | null;
  /** The first of what fails, then of what is unknown, by subject. */
  readonly subjects: readonly Judged[];
}

/** How many subjects an item names. Ten thousand missing files are one fact, and all of them are among the checks. */
export const MOST_SUBJECTS = 10;

/** Sums an item's judged checks up. */
export function summed(judged: readonly Judged[]): Pick<ReadinessItem, Summed> {
  const failing = judged.filter(({ judgement }) => judgement === 'fail');
  const unknown = judged.filter(({ judgement }) => judgement === 'unknown');
  const times = judged.flatMap(({ check }) => (check === null ? [] : [check.observedAt.getTime()]));
  const oldest = times.reduce((least, time) => Math.min(least, time), Infinity);
  return {
    state: failing.length > 0 ? 'fail' : unknown.length > 0 ? 'unknown' : 'pass',
    expected: judged.length,
    failing: failing.length,
    unknown: unknown.length,
    oldestAt: times.length === 0 ? null : new Date(oldest),
    subjects: [...failing.toSorted(bySubject), ...unknown.toSorted(bySubject)].slice(0, MOST_SUBJECTS),
  };
}

type Summed = 'state' | 'expected' | 'failing' | 'unknown' | 'oldestAt' | 'subjects';

/** How many of the checks found what, the most frequent first; what passes is left out. */
export function troubles(judged: readonly Judged[]): { found: Found; count: number }[] {
  const counts = new Map<Found, number>();
  for (const { judgement, found } of judged) {
    if (judgement !== 'pass') counts.set(found, (counts.get(found) ?? 0) + 1);
  }
  const all = [...counts].map(([found, count]) => ({ found, count }));
  return all.toSorted((a, b) => b.count - a.count || (a.found < b.found ? -1 : 1));
}

const bySubject = (a: Judged, b: Judged): number => (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0);
