import type { AssignmentView } from '../../contract/node-views.js';

/** What is known of an assignment's weights here. */
export interface WeightsFacts {
  isResident(assignment: AssignmentView): boolean;
  /** Whether it is being fetched: then it needs no leave any more, since stopping it would only cost bytes. */
  isUnderWay(assignment: AssignmentView): boolean;
  /** When a failed one may be tried again, on the monotonic clock, in milliseconds; undefined where it did not fail. */
  retryAt(assignment: AssignmentView): number | undefined;
}

/** What to fetch now; else how long to wait before looking again, in milliseconds. */
export type NextWeights = { readonly fetch: AssignmentView } | { readonly fetch: null; readonly lookAgainMs: number };

/**
 * The first version of the list that is missing and may be fetched. One that failed lately lets those after it go
 * first, and takes its turn again once its wait is over.
 */
export function nextWeights(assignments: readonly AssignmentView[], facts: WeightsFacts, nowMs: number): NextWeights {
  let lookAgainMs = Infinity;
  for (const assignment of assignments) {
    const isOpen = assignment.go || facts.isUnderWay(assignment);
    if (!isOpen || facts.isResident(assignment)) continue;
    const waitMs = (facts.retryAt(assignment) ?? -Infinity) - nowMs;
    if (waitMs <= 0) return { fetch: assignment };
    lookAgainMs = Math.min(lookAgainMs, waitMs);
  }
  return { fetch: null, lookAgainMs };
}
