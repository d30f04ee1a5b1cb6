import type { Registry } from 'prom-client';
import type { JobQueue, JobWorker, OutboxRepository } from '../../platform/queue/index.js';
import { OutboxMetrics } from './outbox-metrics.js';
import { QueueMetrics } from './queue-metrics.js';
import { addRunMetrics } from './run-metrics.js';

/** Where the numbers about jobs come from. */
export interface JobSources {
  readonly queue: JobQueue;
  readonly outbox: OutboxRepository;
  readonly worker: JobWorker;
}

/** All that Prometheus is told of jobs: what waits on the way and in the queue, what failed, and what ran here. */
export class JobMetrics {
  private readonly queue: QueueMetrics;
  private readonly outbox: OutboxMetrics;

  constructor({ queue, outbox, worker }: JobSources, registry: Registry) {
    this.queue = new QueueMetrics(queue, registry);
    this.outbox = new OutboxMetrics(outbox, registry);
    addRunMetrics(worker, registry);
  }

  /** Counts anew. Never throws. */
  async refresh(): Promise<void> {
    await Promise.all([this.queue.refresh(), this.outbox.refresh()]);
  }
}
