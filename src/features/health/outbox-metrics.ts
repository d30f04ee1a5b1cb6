import { Gauge, type Registry } from 'prom-client';
import type { OutboxRepository } from '../../platform/queue/index.js';
import { deadline } from '../../platform/timing/deadline.js';
import { PATIENCE_MS } from './patience.js';

/** What waits in the outbox. While the database is away the numbers are absent rather than old. */
export class OutboxMetrics {
  private readonly rows: Gauge;
  private readonly oldest: Gauge;

  constructor(
    private readonly outbox: OutboxRepository,
    registry: Registry,
  ) {
    const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers: [registry] });
    this.rows = gauge('lastgood_outbox_rows', 'Jobs that are due and not yet in the queue');
    this.oldest = gauge('lastgood_outbox_oldest_seconds', 'Age of the oldest of them');
  }

  /** Counts anew. Never throws. */
  async refresh(): Promise<void> {
    const late = `the database did not answer within ${PATIENCE_MS} ms`;
    const backlog = await deadline(this.outbox.backlog(), PATIENCE_MS, late).catch(() => undefined);
    this.rows.remove();
    this.oldest.remove();
    if (backlog === undefined) return;
    this.rows.set(backlog.rows);
    this.oldest.set(backlog.oldestMs / 1000);
  }
}
