import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { JobQueue, JobWorker, OutboxRepository } from '../../platform/queue/index.js';
import { ArtifactStores } from '../artifacts/index.js';
import { JobMetrics } from './job-metrics.js';
import { addWaitMetrics } from './wait-metrics.js';

/** What a process that only runs jobs tells Prometheus: the same numbers about jobs and stores as one that serves. */
@Injectable()
export class WorkerMetrics {
  private readonly registry = new Registry();
  private readonly jobs: JobMetrics;

  constructor(queue: JobQueue, outbox: OutboxRepository, worker: JobWorker, stores: ArtifactStores) {
    this.jobs = new JobMetrics({ queue, outbox, worker }, this.registry);
    addWaitMetrics(stores, this.registry);
    collectDefaultMetrics({ register: this.registry });
  }

  /** The text format of Prometheus. Goes on without the numbers of what is away, the database or the queue. */
  async render(): Promise<string> {
    await this.jobs.refresh();
    return this.registry.metrics();
  }
}
