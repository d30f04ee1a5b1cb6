import type { BulkJobOptions } from 'bullmq';
import type { BullProducer, BullQueue } from './bull-producer.js';
import { failedAfter, latestFirst } from './failed-jobs.js';
import { deadline } from '../timing/deadline.js';
import { DEFAULT_PRIORITY, assertJob } from './job.js';
import type { IdentifiedJob } from './job.js';
import { JobQueue } from './job-queue.js';
import { LANES, laneFinder, perLane } from './lane.js';
import type { Lane } from './lane.js';
import type { FailedCursor, FailedJob, QueueDepth, RetryResult } from './job-queue.js';
import { QueueSchemaError, QueueUnavailableError } from './queue-errors.js';
import { reasonOf } from '../telemetry/structured-log.js';
import { ANSWER_MS, type ResolvedQueueOptions } from './queue-options.js';

/** BullMQ takes the back-off's rule from the worker under this name. */
export const BACK_OFF = 'capped-exponential';

/** How many failed jobs of one lane a Redis keeps. */
const MOST_FAILED = 10_000;

/** The queue on BullMQ. It connects on first use, so a process that only appends to the outbox never connects. */
export class BullJobQueue extends JobQueue {
  private producer: Promise<BullProducer> | undefined;
  private readonly laneOf: (name: string) => Lane;

  constructor(private readonly options: ResolvedQueueOptions) {
    super();
    this.laneOf = laneFinder(options.jobs);
  }

  override async enqueue(jobs: readonly IdentifiedJob[]): Promise<void> {
    for (const job of jobs) assertJob(job);
    const laned = perLane((lane) => jobs.filter((job) => this.laneOf(job.name) === lane));
    for (const lane of LANES) {
      const all = laned[lane];
      if (all.length > 0) await this.call((producer) => this.add(producer, lane, all));
    }
  }

  override depths(): Promise<Record<Lane, QueueDepth>> {
    return this.call(async ({ queues }) => {
      const [prompt, bulk] = await Promise.all([depthOf(queues.prompt), depthOf(queues.bulk)]);
      return { prompt, bulk };
    });
  }

  override async failed(limit: number, after?: FailedCursor): Promise<FailedJob[]> {
    if (limit < 1) return [];
    const lanes = await this.call(({ queues }) =>
      Promise.all(LANES.map((lane) => failedAfter(lane, queues[lane], limit, after))),
    );
    return lanes.flat().toSorted(latestFirst).slice(0, limit);
  }

  override async retry(id: string): Promise<RetryResult> {
    return this.call(async ({ queues }) => {
      const found = await Promise.all(LANES.map((lane) => queues[lane].getJob(id)));
      const jobs = found.filter((job) => job !== undefined);
      if (jobs.length === 0) {
        return { retried: false, code: 'job_not_found', text: `there is no job "${id}"; list the failed jobs` };
      }
      for (const job of jobs) {
        if (!(await job.isFailed())) continue;
        await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
        return { retried: true };
      }
      const text = `job "${id}" has not failed; only a failed job can be run again`;
      return { retried: false, code: 'job_not_failed', text };
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

  private async add(producer: BullProducer, lane: Lane, all: readonly IdentifiedJob[]): Promise<void> {
    const withSubject = all.filter(({ subject }) => subject !== undefined);
    const ids = withSubject.map(({ jobId }) => jobId);
    const held = await producer.known(lane, ids);
    const jobs = all.filter(({ jobId }) => !held.has(jobId));
    if (jobs.length === 0) return;
    await producer.queues[lane].addBulk(
      jobs.map((job) => ({ name: job.name, data: { ...job.data }, opts: this.jobOptions(job) })),
    );
  }

  private jobOptions(job: IdentifiedJob): BulkJobOptions {
    const { subject, priority = DEFAULT_PRIORITY } = job;
    const { attempts, backOffMs, keepCompletedSeconds, keepFailedSeconds, redisUrl } = this.options;
    return {
      jobId: job.jobId,
      priority,
      delay: job.delayMs ?? 0,
      attempts,
      backoff: { type: BACK_OFF, delay: backOffMs },
      // By age, not by count: `count` makes workers deadlock on the PostgreSQL backend.
      removeOnComplete: { age: keepCompletedSeconds },
      // They stay a good while for a person; in the memory of a Redis, not without end.
      removeOnFail: { age: keepFailedSeconds, ...(redisUrl !== undefined && { count: MOST_FAILED }) },
      // The priority is part of the key, or an urgent job could be absorbed by one that waits at the end of the queue.
      ...(subject !== undefined && {
        deduplication: { id: `${job.name}/${priority}/${subject}`, keepLastIfActive: true },
      }),
    };
  }

  private async call<T>(use: (producer: BullProducer) => Promise<T>): Promise<T> {
    let producer: BullProducer | undefined;
    try {
      producer = await this.connected();
      return await deadline(use(producer), ANSWER_MS, `the queue did not answer within ${ANSWER_MS} ms`);
    } catch (error) {
      if (error instanceof QueueSchemaError) throw error;
      const reason = reasonOf(producer?.broken() ?? error);
      throw new QueueUnavailableError(`the job queue is not available: ${reason}`, { cause: error });
    }
  }

  /** BullMQ never recovers a queue whose first connection failed, so such a queue is dropped and made anew. */
  private connected(): Promise<BullProducer> {
    const opening = (this.producer ??= open(this.options));
    opening.catch(() => {
      if (this.producer === opening) this.producer = undefined;
    });
    return opening;
  }
}

// BullMQ is loaded with the first connection: a replica of the API can do without for as long as nobody asks for jobs.
const open = async (options: ResolvedQueueOptions): Promise<BullProducer> => {
  const { openProducer } = await import('./bull-producer.js');
  return openProducer(options);
};

const depthOf = async (queue: BullQueue): Promise<QueueDepth> => {
  const states = ['waiting', 'prioritized', 'active', 'delayed', 'failed', 'completed'] as const;
  const [counts, { meta }] = await Promise.all([queue.getJobCounts(...states), queue.getMetrics('failed', 0, 0)]);
  const of = (state: (typeof states)[number]): number => counts[state] ?? 0;
  return {
    waiting: of('waiting') + of('prioritized'),
    active: of('active'),
    delayed: of('delayed'),
    failed: of('failed'),
    completed: of('completed'),
    failedTotal: meta.count,
  };
};
