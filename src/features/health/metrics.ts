import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { JobQueue, JobWorker, OutboxRepository } from '../../platform/queue/index.js';
import { ArtifactStores } from '../artifacts/index.js';
import { HoldingRepository, PlanFeed } from '../nodes/index.js';
import { NotPassingRepository, OverdueLooksRepository } from '../readiness/index.js';
import { Resolutions } from '../resolution/index.js';
import { CheckMetrics } from './check-metrics.js';
import { JobMetrics } from './job-metrics.js';
import { NodeMetrics } from './node-metrics.js';
import { addWaitMetrics } from './wait-metrics.js';

/** What a process that serves tells Prometheus. Every number is read when it is asked for. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly jobs: JobMetrics;
  private readonly nodes: NodeMetrics;
  private readonly checks: CheckMetrics;

  constructor(
    outbox: OutboxRepository,
    resolutions: Resolutions,
    queue: JobQueue,
    // In `up` it runs the jobs in this process too.
    worker: JobWorker,
    holdings: HoldingRepository,
    plans: PlanFeed,
    notPassing: NotPassingRepository,
    overdueLooks: OverdueLooksRepository,
    stores: ArtifactStores,
  ) {
    const { table } = resolutions;
    this.jobs = new JobMetrics({ queue, outbox, worker }, this.registry);
    this.nodes = new NodeMetrics(holdings, plans, this.registry);
    this.checks = new CheckMetrics(notPassing, overdueLooks, this.registry);
    addWaitMetrics(stores, this.registry);
    collectDefaultMetrics({ register: this.registry });
    this.gauge('lastgood_aliases', 'Aliases held in memory', () => table.size);
    this.gauge('lastgood_revision', 'Newest revision in memory', () => table.revision);
    this.gauge('lastgood_watchers', 'Open watches and blocking queries', () => table.watchers);
    this.gauge('lastgood_resolution_age_seconds', 'Age of answers from memory', () => resolutions.ageSeconds);
  }

  /** The text format of Prometheus. Goes on without the numbers of what is away, the database or the queue. */
  async render(): Promise<string> {
    await Promise.all([this.jobs.refresh(), this.nodes.refresh(), this.checks.refresh()]);
    return this.registry.metrics();
  }

  private gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({ name, help, registers: [this.registry], collect: () => gauge.set(read()) });
  }
}
