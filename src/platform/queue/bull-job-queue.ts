import type { BulkJobOptions } from 'bullmq';
import { ANSWER_MS, openProducer } from './bull-producer.js';
import type { BullProducer, BullQueue } from './bull-producer.js';
import { deadline } from '../timing/deadline.js';
import { DEFAULT_PRIORITY, assertJob } from './job.js';
import type { IdentifiedJob } from './job.js';
import { JobQueue } from './job-queue.js';
import type { FailedJob, QueueDepth, RetryResult } from './job-queue.js';
import { QueueSchemaError, QueueUnavailableError } from './queue-errors.js';
import { reasonOf } from '../telemetry/structured-log.js';
import type { ResolvedQueueOptions } from './queue-options.js';

/** BullMQ takes the back-off's rule from the worker under this name. */
export const BACK_OFF = 'capped-exponential';

/** The queue on BullMQ. It connects on first use, so a process that only appends to the outbox never connects. */
export class BullJobQueue extends JobQueue {
  private producer: Promise<BullProducer> | undefined;

  constructor(private readonly options: ResolvedQueueOptions) {
    super();
  }

  override async enqueue(jobs: readonly IdentifiedJob[]): Promise<void> {
    for (const job of jobs) assertJob(job);
    if (jobs.length === 0) return;
    const bulk = jobs.map((job) => ({ name: job.name, data: { ...job.data }, opts: this.jobOptions(job) }));
    await this.call((queue) => queue.addBulk(bulk));
  }

  override async depth(): Promise<QueueDepth> {
    const states = ['waiting', 'prioritized', 'active', 'delayed', 'failed', 'completed'] as const;
    const counts = await this.call((queue) => queue.getJobCounts(...states));
    const of = (state: (typeof states)[number]): number => counts[state] ?? 0;
    return {
      waiting: of('waiting') + of('prioritized'),
      active: of('active'),
      delayed: of('delayed'),
      failed: of('failed'),
      completed: of('completed'),
    };
  }

  override async failed(limit: number): Promise<FailedJob[]> {
    if (limit < 1) return [];
    const jobs = await this.call((queue) => queue.getFailed(0, limit - 1));
    return jobs.map((job) => ({
      id: job.id ?? '',
      name: job.name,
      data: job.data,
      reason: job.failedReason,
      attempts: job.attemptsMade,
      createdAt: new Date(job.timestamp),
      failedAt: new Date(job.finishedOn ?? job.timestamp),
    }));
  }

  override async retry(id: string): Promise<RetryResult> {
    return this.call(async (queue) => {
      const job = await queue.getJob(id);
      if (job === undefined) {
        return { retried: false, code: 'job_not_found', text: `there is no job "${id}"; list the failed jobs` };
      }
      if (!(await job.isFailed())) {
        const text = `job "${id}" has not failed; only a failed job can be run again`;
        return { retried: false, code: 'job_not_failed', text };
      }
      await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
      return { retried: true };
    });
  }

  override async close(): Promise<void> {
    const producer = this.producer;
    this.producer = undefined;
    await producer?.then(
      (open) => open.close(),
      () => undefined,
    );
  }

  private jobOptions(job: IdentifiedJob): BulkJobOptions {
    const { subject, priority = DEFAULT_PRIORITY } = job;
    return {
      jobId: job.jobId,
      priority,
      delay: job.delayMs ?? 0,
      attempts: this.options.attempts,
      backoff: { type: BACK_OFF, delay: this.options.backOffMs },
      // By age, not by count: `count` makes workers deadlock on the PostgreSQL backend. Failed jobs stay for a person.
      removeOnComplete: { age: this.options.keepCompletedSeconds },
      removeOnFail: false,
      // The priority is part of the key, or an urgent job could be absorbed by one that waits at the end of the queue.
      ...(subject !== undefined && {
        deduplication: { id: `${job.name}/${priority}/${subject}`, keepLastIfActive: true },
      }),
    };
  }

  private async call<T>(use: (queue: BullQueue) => Promise<T>): Promise<T> {
    try {
      const { queue } = await this.connected();
      return await deadline(use(queue), ANSWER_MS, `the queue did not answer within ${ANSWER_MS} ms`);
    } catch (error) {
      if (error instanceof QueueSchemaError) throw error;
      throw new QueueUnavailableError(`the job queue is not available: ${reasonOf(error)}`, { cause: error });
    }
  }

  /** BullMQ never recovers a queue whose first connection failed, so such a queue is dropped and made anew. */
  private connected(): Promise<BullProducer> {
    const opening = (this.producer ??= openProducer(this.options));
    opening.catch(() => {
      if (this.producer === opening) this.producer = undefined;
    });
    return opening;
  }
}
