import type { IdentifiedJob, JobData } from './job.js';
import { LANES } from './lane.js';
import type { Lane } from './lane.js';

/** How many jobs are in each state. */
export interface QueueDepth {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  /** Those not yet removed by age. */
  readonly completed: number;
  /** How many failed for good so far, those that were run again or removed since included. */
  readonly failedTotal: number;
}

/** A job whose every attempt failed. */
export interface FailedJob {
  readonly id: string;
  readonly name: string;
  readonly lane: Lane;
  readonly data: JobData;
  /** What the last attempt threw. */
  readonly reason: string;
  readonly attempts: number;
  readonly createdAt: Date;
  readonly failedAt: Date;
}

/** A place in the list of failed jobs: the one that is there, or was. */
export type FailedCursor = Pick<FailedJob, 'id' | 'failedAt'>;

/** The answer to a wish to run a failed job again. */
export type RetryResult =
  | { readonly retried: true }
  | { readonly retried: false; readonly code: 'job_not_found' | 'job_not_failed'; readonly text: string };

/** Jobs that run later, elsewhere, at least once. Every method throws QueueUnavailableError when the queue is gone. */
export abstract class JobQueue {
  /**
   * Adds jobs and returns once the queue holds them. It does not wait for a queue that is away. A job whose id the
   * queue still knows, failed and lately completed ones included, is not added again.
   */
  abstract enqueue(jobs: readonly IdentifiedJob[]): Promise<void>;

  /** How many jobs are in each state, lane by lane. */
  abstract depths(): Promise<Record<Lane, QueueDepth>>;

  /** How many jobs are in each state, in both lanes together. */
  async depth(): Promise<QueueDepth> {
    const depths = await this.depths();
    const sum = (state: keyof QueueDepth): number => LANES.reduce((total, lane) => total + depths[lane][state], 0);
    return {
      waiting: sum('waiting'),
      active: sum('active'),
      delayed: sum('delayed'),
      failed: sum('failed'),
      completed: sum('completed'),
      failedTotal: sum('failedTotal'),
    };
  }

  /** The jobs that failed for good in either lane, the latest first; with `after`, those beyond that one. */
  abstract failed(limit: number, after?: FailedCursor): Promise<FailedJob[]>;

  /** Lets a failed job run again, with all its attempts before it. */
  abstract retry(id: string): Promise<RetryResult>;

  /** Ends the connection. */
  abstract close(): Promise<void>;
}

/** One run of a job that has ended. */
export interface JobRun {
  /** The job's id, the same in each of its runs; empty where the backend names none. */
  readonly id: string;
  /** The job's name; `unknown` for one that this release does not know. */
  readonly job: string;
  readonly lane: Lane;
  /** `returned`: handed back without counting the attempt, since the worker stopped or the database was away. */
  readonly outcome: 'completed' | 'failed' | 'returned';
  readonly seconds: number;
}

/** Runs the jobs of the queue in this process, each lane in places of its own. */
export abstract class JobWorker {
  private readonly listeners: ((run: JobRun) => void)[] = [];

  /**
   * Calls `listener` after each run, for as long as the process lives. What it throws is logged, and changes nothing
   * about the job, which has ended.
   */
  onRun(listener: (run: JobRun) => void): void {
    this.listeners.push(listener);
  }

  protected ran(run: JobRun, report: (error: unknown) => void): void {
    for (const listener of this.listeners) {
      try {
        listener(run);
      } catch (error) {
        report(error);
      }
    }
  }

  /**
   * Begins to take jobs. A Redis that is away is waited for in the background.
   * @throws JobHandlerError when a declared job has no handler; QueueSchemaError when the queue's tables are missing
   */
  abstract start(): Promise<void>;

  /**
   * Takes no further job and gives those under way the grace period to end; then it aborts their signals, hands the
   * jobs that leave back to the queue without counting the attempt, and leaves the rest to be found by another worker.
   */
  abstract stop(): Promise<void>;
}
