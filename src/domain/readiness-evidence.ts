import type { CheckKind, CheckState } from './check.js';

/** The newest check of one thing. `since`: when it was first seen in the state it is in. */
export interface NewestCheck {
  readonly version: number;
  readonly kind: CheckKind;
  readonly subject: string;
  readonly state: CheckState;
  readonly evidence: Record<string, unknown> | null;
  readonly observedAt: Date;
  readonly since: Date;
}

/** What one expected check says, once its age is taken into account. */
export interface Judged {
  readonly subject: string;
  readonly judgement: 'pass' | 'fail' | 'unknown';
  /** The state that was seen; `stale`, `ahead` or `unchecked` where nothing that was seen counts. */
  readonly found: Found;
  readonly check: NewestCheck | null;
}

export type Found = CheckState | 'stale' | 'ahead' | 'unchecked';

/** How far two machines' clocks may be apart, in seconds, before a time in the future says nothing any more. */
const CLOCK_SKEW_SECONDS = 60;

const BY_STATE: Record<CheckState, Judged['judgement']> = {
  present: 'pass',
  changed: 'fail',
  missing: 'fail',
  forbidden: 'fail',
  unreachable: 'unknown',
  unsupported: 'fail',
};

// What is not for this registry to look at may be well all the same: an image where no container registry is configured,
// a secret that only the cluster can read. An artifact is another matter: registration promised that it can be read. And
// where nothing can be pinned, no pin is missing.
const UNSUPPORTED: Partial<Record<CheckKind, Judged['judgement']>> = {
  image: 'unknown',
  env: 'unknown',
  config: 'unknown',
  pin: 'pass',
};

/**
 * Judges the newest check of a subject, or that there is none. Whatever it saw, good or bad, counts for `maxAgeSeconds`;
 * after that it is unknown, and so is what carries a time that has not come yet.
 */
export function judge(
  subject: string,
  check: NewestCheck | null,
  { now, maxAgeSeconds }: { now: Date; maxAgeSeconds: number },
): Judged {
  if (check === null) return { subject, judgement: 'unknown', found: 'unchecked', check };
  const ageSeconds = (now.getTime() - check.observedAt.getTime()) / 1000;
  if (ageSeconds > maxAgeSeconds) return { subject, judgement: 'unknown', found: 'stale', check };
  if (ageSeconds < -CLOCK_SKEW_SECONDS) return { subject, judgement: 'unknown', found: 'ahead', check };
  return { subject, judgement: judgementOf(check.kind, check.state), found: check.state, check };
}

/** What a check that saw this says of the way back, as long as it counts. */
export function judgementOf(kind: CheckKind, state: CheckState): Judged['judgement'] {
  return (state === 'unsupported' ? UNSUPPORTED[kind] : undefined) ?? BY_STATE[state];
}
