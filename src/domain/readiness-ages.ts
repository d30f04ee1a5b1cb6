import type { Intervals } from './check-schedule.js';
import type { CheckKind } from './check.js';

/** How old the newest check of each kind may be and still count, in seconds. Null: it is not made here, nor expected. */
export type MaxAges = Readonly<Record<CheckKind, number | null>>;

// One look may be late and one may be lost before what was seen counts as old.
const MISSED_LOOKS = 3;
// Where nothing is looked at on a schedule, a move still has its ends looked at, and that counts for a while.
const UNSCHEDULED_SECONDS = 300;

/** After so many seconds what a controller runs with is observed anew, though its reports still say the same. */
export const CONFIG_REPEATED_SECONDS = 300;

/**
 * The ages at which checks of a rollback target are too old: three times the interval between two of them. Reading bytes
 * may be switched off, since it can cost more than it is worth; looking is what readiness is made of, so it is expected
 * even where nothing does it. The config is observed when controllers report, whatever the schedule, and what nodes hold
 * is known as long as they report: within their lease. `pinSeconds` is the time between two looks at a pin, null where
 * nothing is pinned.
 */
export function maxAgesOf(
  { look, deep }: Intervals,
  { leaseSeconds, pinSeconds }: { leaseSeconds: number; pinSeconds: number | null },
): MaxAges {
  const seconds = MISSED_LOOKS * (look.needed === 0 ? UNSCHEDULED_SECONDS : look.needed);
  const content = deep.needed === 0 ? null : MISSED_LOOKS * deep.needed;
  return {
    artifact: seconds,
    image: seconds,
    env: seconds,
    config: MISSED_LOOKS * CONFIG_REPEATED_SECONDS,
    pin: pinSeconds === null ? null : MISSED_LOOKS * pinSeconds,
    content,
    residency: leaseSeconds,
  };
}
