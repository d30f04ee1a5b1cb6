import { Gauge, type Registry } from 'prom-client';
import { CHECKED_ITEMS, KIND_OF } from '../../domain/readiness-needs.js';
import { judgementOf } from '../../domain/readiness-evidence.js';
import { deadline } from '../../platform/timing/deadline.js';
import type { NotPassingRepository, NotPresent } from '../readiness/index.js';
import { PATIENCE_MS } from './patience.js';

const OUTCOMES = ['fail', 'unknown'] as const;

/** What Prometheus is told of checks: whether something that a rollback needs is not well, and whether anybody looks. */
export class CheckMetrics {
  private readonly notPassing: Gauge<'kind' | 'outcome'>;
  private readonly overdue: Gauge;

  constructor(
    private readonly repository: NotPassingRepository,
    registry: Registry,
  ) {
    const registers = [registry];
    this.notPassing = new Gauge({
      name: 'lastgood_checks_not_passing',
      help: 'Newest checks of versions that an alias points at that fail or could not tell, 10000 at most',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.overdue = new Gauge({
      name: 'lastgood_checks_overdue_seconds',
      help: 'How long the look at such a version that has waited longest has been due',
      registers,
    });
  }

  /** Counts anew. While the database is away the numbers are absent rather than old. Never throws. */
  async refresh(): Promise<void> {
    const late = `the database did not answer within ${PATIENCE_MS} ms`;
    const asked = Promise.all([this.repository.counts(), this.repository.overdueSeconds()]);
    const answer = await deadline(asked, PATIENCE_MS, late).catch(() => null);
    this.notPassing.reset();
    this.overdue.remove();
    if (answer === null) return;
    const [counts, overdueSeconds] = answer;
    this.overdue.set(overdueSeconds);
    // Every kind, so that one where all is well again goes to 0 rather than away.
    for (const kind of CHECKED_ITEMS.map((item) => KIND_OF[item])) {
      for (const outcome of OUTCOMES) this.notPassing.set({ kind, outcome }, sumOf(counts, kind, outcome));
    }
  }
}

function sumOf(counts: readonly NotPresent[], of: NotPresent['kind'], outcome: (typeof OUTCOMES)[number]): number {
  const those = counts.filter(({ kind, state }) => kind === of && judgementOf(kind, state) === outcome);
  return those.reduce((sum, { count }) => sum + count, 0);
}
