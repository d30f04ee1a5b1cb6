import { Gauge, type Registry } from 'prom-client';
import { CHECKED_ITEMS, KIND_OF } from '../../domain/readiness-needs.js';
import { judgementOf } from '../../domain/readiness-evidence.js';
import { deadline } from '../../platform/timing/deadline.js';
import type { NotPassing, NotPassingRepository, OverdueLooksRepository } from '../readiness/index.js';
import { PATIENCE_MS } from './patience.js';

const OUTCOMES = ['fail', 'unknown'] as const;

/** What Prometheus is told of checks: whether something that a rollback needs is not well, and whether anybody looks. */
export class CheckMetrics {
  private readonly notPassing: Gauge<'kind' | 'outcome'>;
  private readonly overdue: Gauge;

  constructor(
    private readonly repository: NotPassingRepository,
    private readonly overdueLooks: OverdueLooksRepository,
    registry: Registry,
  ) {
    const registers = [registry];
    this.notPassing = new Gauge({
      name: 'lastgood_checks_not_passing',
      help: 'Newest checks of versions that an alias points at that fail, or are too old or could not tell',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.overdue = new Gauge({
      name: 'lastgood_checks_overdue_seconds',
      help: 'For how long a look at such a version should have been made and was not',
      registers,
    });
  }

  /** Counts anew. While the database is away the numbers are absent rather than old. Never throws. */
  async refresh(): Promise<void> {
    const late = `the database did not answer within ${PATIENCE_MS} ms`;
    const asked = Promise.all([this.repository.counts(), this.overdueLooks.seconds()]);
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

function sumOf(counts: readonly NotPassing[], of: NotPassing['kind'], outcome: (typeof OUTCOMES)[number]): number {
  const those = counts.filter(({ kind, state }) => kind === of && outcomeOf(kind, state) === outcome);
  return those.reduce((sum, { count }) => sum + count, 0);
}

const outcomeOf = (kind: NotPassing['kind'], state: NotPassing['state']): string =>
  state === 'stale' ? 'unknown' : judgementOf(kind, state);
