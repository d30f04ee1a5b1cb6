import { Counter, Gauge, type Registry } from 'prom-client';
import { LANES, type JobQueue, type QueueDepth } from '../../platform/queue/index.js';
import { deadline } from '../../platform/timing/deadline.js';
import { PATIENCE_MS } from './patience.js';

const STATES = ['waiting', 'active', 'delayed', 'failed'] as const;

/** The numbers of the job queue. While it is away they are absent rather than old, and `lastgood_queue_up` says so. */
export class QueueMetrics {
  private readonly up: Gauge;
  private readonly jobs: Gauge;
  private readonly failed: Counter;

  constructor(
    private readonly queue: JobQueue,
    registry: Registry,
  ) {
    const registers = [registry];
    this.up = new Gauge({ name: 'lastgood_queue_up', help: 'Whether the job queue answers', registers });
    this.jobs = new Gauge({
      name: 'lastgood_jobs',
      help: 'Jobs in the queue by lane and state',
      labelNames: ['lane', 'state'],
      registers,
    });
    this.failed = new Counter({
      name: 'lastgood_jobs_failed_total',
      help: 'Jobs that failed for good so far, in all workers together',
      labelNames: ['lane'],
      registers,
    });
  }

  /** Asks the queue. Never throws. */
  async refresh(): Promise<void> {
    const late = `the queue did not answer within ${PATIENCE_MS} ms`;
    const depths = await deadline(this.queue.depths(), PATIENCE_MS, late).catch(() => undefined);
    this.up.set(depths === undefined ? 0 : 1);
    this.jobs.reset();
    this.failed.reset();
    if (depths === undefined) return;
    for (const lane of LANES) {
      const depth: QueueDepth = depths[lane];
      for (const state of STATES) this.jobs.set({ lane, state }, depth[state]);
      this.failed.inc({ lane }, depth.failedTotal);
    }
  }
}
