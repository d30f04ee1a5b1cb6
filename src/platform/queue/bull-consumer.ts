import { Worker, createPostgresBackend } from 'bullmq';
import type { IQueueBackend, Job, JobProgress, WorkerOptions } from 'bullmq';
import { backOffMs } from '../timing/back-off.js';
import { QUEUE_NAMES } from './bull-producer.js';
import type { JobData } from './job.js';
import type { Lane } from './lane.js';
import { pgQueueConnection } from './pg-connection.js';
import type { ResolvedQueueOptions } from './queue-options.js';

export { DelayedError, SchemaMigrationRequiredError, UnrecoverableError, WaitingError } from 'bullmq';

/** The longest wait between two tries of a job, in milliseconds. */
const BACK_OFF_CAP_MS = 5 * 60_000;
/** How long the worker's loop waits after the server's connection failed, in milliseconds. BullMQ's own is 15 s. */
const RECONNECT_MS = 2000;

export type BullJob = Job<JobData, void>;

/** What BullMQ calls for each job. It passes the signal only to a function that declares all three parameters. */
export type Process = (job: BullJob, token: string | undefined, signal: AbortSignal | undefined) => Promise<void>;

/** The part of BullMQ's worker that the consuming side uses, the same over both backends. */
export type BullConsumer = Pick<
  Worker<JobData, void, string, IQueueBackend>,
  'waitUntilReady' | 'pause' | 'close' | 'cancelJob' | 'cancelAllJobs'
> & {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'lockRenewalFailed', listener: (ids: string[]) => void): unknown;
  on(event: 'failed', listener: (job: BullJob | undefined, error: Error) => void): unknown;
};

/** Begins to take the jobs of one lane, from Redis when there is one and else from PostgreSQL. */
export const openConsumer = (lane: Lane, options: ResolvedQueueOptions, process: Process): BullConsumer => {
  const { redisUrl, databaseUrl, redisPrefix, lockMs, attempts, backOffMs: base } = options;
  const concurrency = lane === 'bulk' ? options.bulkConcurrency : options.concurrency;
  const common: Omit<WorkerOptions, 'connection'> = {
    concurrency,
    lockDuration: lockMs,
    stalledInterval: Math.max(500, Math.round(lockMs / 3)),
    // A job that takes its process down is given up like one that throws, not after the first crash.
    maxStalledCount: attempts,
    runRetryDelay: RECONNECT_MS,
    // For the count of all that failed; the series by the minute that comes with it is not used.
    metrics: { maxDataPoints: 1 },
    settings: { backoffStrategy: (failures) => backOffMs(failures, base, BACK_OFF_CAP_MS) },
  };
  if (redisUrl !== undefined) {
    const connection = { url: redisUrl, maxRetriesPerRequest: null };
    return new Worker<JobData, void>(QUEUE_NAMES[lane], process, { ...common, prefix: redisPrefix, connection });
  }
  const connection = pgQueueConnection(databaseUrl, Math.min(concurrency + 1, 10));
  return new Worker<JobData, void, string, IQueueBackend, JobProgress, typeof connection>(
    QUEUE_NAMES[lane],
    process,
    { ...common, connection },
    createPostgresBackend,
  );
};
