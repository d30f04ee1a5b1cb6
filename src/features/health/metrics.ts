import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { JobQueue, OutboxRepository } from '../../platform/queue/index.js';
import { HoldingRepository, PlanFeed } from '../nodes/index.js';
import { Resolutions } from '../resolution/index.js';
import { JobMetrics } from './job-metrics.js';
import { NodeMetrics } from './node-metrics.js';

/** What this process tells Prometheus. Every number is read when it is asked for. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly jobs: JobMetrics;
  private readonly nodes: NodeMetrics;
  private backlog = { rows: 0, oldestMs: 0 };

  constructor(
    private readonly outbox: OutboxRepository,
    resolutions: Resolutions,
    queue: JobQueue,
    holdings: HoldingRepository,
    plans: PlanFeed,
  ) {
    const { table } = resolutions;
    this.jobs = new JobMetrics(queue, this.registry);
    this.nodes = new NodeMetrics(holdings, plans, this.registry);
    collectDefaultMetrics({ register: this.registry });
    this.gauge('lastgood_aliases', 'Aliases held in memory', () => table.size);
    this.gauge('lastgood_revision', 'Newest revision in memory', () => table.revision);
    this.gauge('lastgood_watchers', 'Open watches and blocking queries', () => table.watchers);
    this.gauge('lastgood_resolution_age_seconds', 'Age of answers from memory', () => resolutions.ageSeconds);
    this.gauge('lastgood_outbox_rows', 'Jobs that are due and not yet in the queue', () => this.backlog.rows);
    this.gauge('lastgood_outbox_oldest_seconds', 'Age of the oldest of them', () => this.backlog.oldestMs / 1000);
  }

  /** The text format of Prometheus. Goes on without the numbers of what is away, the database or the queue. */
  async render(): Promise<string> {
    const backlog = this.outbox.backlog().catch(() => this.backlog);
    await Promise.all([this.jobs.refresh(), this.nodes.refresh()]);
    this.backlog = await backlog;
    return this.registry.metrics();
  }

  private gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({ name, help, registers: [this.registry], collect: () => gauge.set(read()) });
  }
}
