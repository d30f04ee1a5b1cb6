import { Injectable } from '@nestjs/common';
import { JobQueue, OutboxRepository } from '../../platform/queue/index.js';
import { deadline } from '../../platform/timing/deadline.js';
import { PATIENCE_MS } from './patience.js';

/** Whether a worker can do its work, and if not, why. */
export interface WorkerReadiness {
  readonly status: 'ready' | 'not ready';
  readonly jobs: 'starting' | 'running' | 'stopping';
  /** Read-only: a standby, say. Then it answers, and no job can be done. */
  readonly database: 'reachable' | 'read-only' | 'unreachable';
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
    const [written, queue] = await Promise.all([answers(this.outbox.takesWrites()), answers(this.queue.depths())]);
    const database = written === false ? 'read-only' : reachable(written);
    const isReady = jobs === 'running' && database === 'reachable' && queue !== null;
    return { status: isReady ? 'ready' : 'not ready', jobs, database, queue: reachable(queue) };
  }
}

const reachable = (answer: unknown) => (answer === null ? 'unreachable' : 'reachable');

/** The answer; null where there is none in time. */
async function answers<T>(question: Promise<T>): Promise<T | null> {
  return deadline(question, PATIENCE_MS, 'late').catch(() => null);
}
