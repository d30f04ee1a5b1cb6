import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { JobQueue, JobWorker, OutboxRepository } from '../../platform/queue/index.js';
import { JobMetrics } from './job-metrics.js';

/** What a process that only runs jobs tells Prometheus: the same numbers about jobs as one that serves. */
@Injectable()
export class WorkerMetrics {
  private readonly registry = new Registry();
  private readonly jobs: JobMetrics;

  constructor(queue: JobQueue, outbox: OutboxRepository, worker: JobWorker) {
    this.jobs = new JobMetrics({ queue, outbox, worker }, this.registry);
    collectDefaultMetrics({ register: this.registry });
  }

  /** The text format of Prometheus. Goes on without the numbers of what is away, the database or the queue. */
  async render(): Promise<string> {
    await this.jobs.refresh();
    return this.registry.metrics();
  }
}
