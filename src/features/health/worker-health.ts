import { Injectable } from '@nestjs/common';
import { JobQueue, OutboxRepository } from '../../platform/queue/index.js';
import { deadline } from '../../platform/timing/deadline.js';
import { PATIENCE_MS } from './patience.js';

/** Whether a worker can do its work, and if not, why. */
export interface WorkerReadiness {
  readonly status: 'ready' | 'not ready';
  readonly jobs: 'starting' | 'running' | 'stopping';
  readonly database: 'reachable' | 'unreachable';
  readonly queue: 'reachable' | 'unreachable';
}

/** What a probe is told of a worker. */
@Injectable()
export class WorkerHealth {
  private jobs: WorkerReadiness['jobs'] = 'starting';

  constructor(
    private readonly queue: JobQueue,
    private readonly outbox: OutboxRepository,
  ) {}

  /** Says that jobs are being taken, or no longer. */
  turn(jobs: 'running' | 'stopping'): void {
    this.jobs = jobs;
  }

  /**
   * Asks both of what a worker stands on. Not ready is no reason to start it again: what is away is waited for, and
   * nothing is lost meanwhile.
   */
  async readiness(): Promise<WorkerReadiness> {
    const { jobs } = this;
    const [database, queue] = await Promise.all([answers(this.outbox.backlog()), answers(this.queue.depths())]);
    const isReady = jobs === 'running' && database === 'reachable' && queue === 'reachable';
    return { status: isReady ? 'ready' : 'not ready', jobs, database, queue };
  }
}

async function answers(question: Promise<unknown>): Promise<'reachable' | 'unreachable'> {
  return deadline(question, PATIENCE_MS, 'late').then(
    () => 'reachable',
    () => 'unreachable',
  );
}
