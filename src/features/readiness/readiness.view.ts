import type { ReadinessItemView, ReadinessSubjectView, ReadinessView } from '../../contract/views.js';
import { predictRecovery } from '../../domain/predicted-recovery.js';
import type { Judged } from '../../domain/readiness-evidence.js';
import type { ReadinessItem } from '../../domain/readiness-item.js';
import { readiness, type ReadinessFacts } from '../../domain/readiness.js';

/** An alias's readiness as the API shows it. */
export function readinessView(facts: ReadinessFacts, recoveriesMs: number[]): ReadinessView {
  const { model, alias, live, target, now } = facts;
  const { verdict, checklist } = readiness(facts);
  return {
    model,
    alias,
    live,
    target: target && { version: target.needs.version, proven: target.proven },
    verdict,
    checkedAt: now.toISOString(),
    checklist: checklist.map((item) => itemView(item, now)),
    predictedRecovery: predictRecovery(recoveriesMs),
  };
}

function itemView({ oldestAt, subjects, ...item }: ReadinessItem, now: Date): ReadinessItemView {
  return {
    ...item,
    oldestObservedAt: oldestAt?.toISOString() ?? null,
    // Clocks differ a little, so the future is now.
    ageSeconds: oldestAt && Math.max(0, Math.round((now.getTime() - oldestAt.getTime()) / 1000)),
    subjects: subjects.map(subjectView),
  };
}

function subjectView({ subject, found, check }: Judged): ReadinessSubjectView {
  return {
    subject,
    found,
    evidence: check?.evidence ?? null,
    observedAt: check?.observedAt.toISOString() ?? null,
    since: check?.since.toISOString() ?? null,
  };
}
