import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { JobQueue, OutboxRepository } from '../../platform/queue/index.js';
import { Resolutions } from '../resolution/index.js';
import { JobMetrics } from './job-metrics.js';

/** What this process tells Prometheus. Every number is read when it is asked for. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly jobs: JobMetrics;
  private backlog = { rows: 0, oldestMs: 0 };

  constructor(
    private readonly outbox: OutboxRepository,
    resolutions: Resolutions,
    queue: JobQueue,
  ) {
    const { table } = resolutions;
    this.jobs = new JobMetrics(queue, this.registry);
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
    const [backlog] = await Promise.all([this.outbox.backlog().catch(() => this.backlog), this.jobs.refresh()]);
    this.backlog = backlog;
    return this.registry.metrics();
  }

  private gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({ name, help, registers: [this.registry], collect: () => gauge.set(read()) });
  }
}
