import type { LanedJob } from './lane.js';
import { nestQueueLog } from './queue-log.js';
import type { QueueLog } from './queue-log.js';

/** Longest wait for the queue's server, in milliseconds: past it the caller's own back-off is the better judge. */
export const ANSWER_MS = 5000;

/** How the queue is set up. Only the database is required: without Redis, jobs live in the database too. */
export interface QueueOptions {
  /** The PostgreSQL that holds the outbox and, without Redis, the jobs. */
  readonly databaseUrl: string;
  /** `redis://` or `rediss://`. The server must keep its data (appendonly) and evict none (noeviction). */
  readonly redisUrl?: string | undefined;
  /** Every kind of job that the product appends. Each needs exactly one handler. */
  readonly jobs: readonly LanedJob[];
  /** How many jobs of the prompt lane one worker runs at a time; 8. */
  readonly concurrency?: number;
  /** How many jobs of the bulk lane one worker runs at a time, beside those; 2. */
  readonly bulkConcurrency?: number;
  /** How often a job is tried before it has failed for good; 8. */
  readonly attempts?: number;
  /** The first wait between two tries, in milliseconds, doubled from try to try; 1000. */
  readonly backOffMs?: number;
  /** How long, in milliseconds, a job stays with a worker that no longer answers; 15000. */
  readonly lockMs?: number;
  /** How long, in milliseconds, running jobs may go on when the worker stops; 10000. */
  readonly graceMs?: number;
  /** How often, in milliseconds, the relay looks for rows that no notification announced; 2000. */
  readonly pollMs?: number;
  /** How many seconds a completed job's id is remembered, so that a repeat is known as one; 3600. */
  readonly keepCompletedSeconds?: number;
  /** How many seconds a failed job is kept for a person to look at; 1,209,600, which is 14 days. */
  readonly keepFailedSeconds?: number;
  /** Sets the keys of this installation apart on a Redis that others use too; `lastgood`. */
  readonly redisPrefix?: string;
  readonly log?: QueueLog;
}

/** The options with every gap filled. */
export type ResolvedQueueOptions = Required<Omit<QueueOptions, 'redisUrl'>> & Pick<QueueOptions, 'redisUrl'>;

/** Fills the gaps with the defaults. */
export const resolveQueueOptions = (options: QueueOptions): ResolvedQueueOptions => ({
  databaseUrl: options.databaseUrl,
  redisUrl: options.redisUrl,
  jobs: options.jobs,
  concurrency: options.concurrency ?? 8,
  bulkConcurrency: options.bulkConcurrency ?? 2,
  attempts: options.attempts ?? 8,
  backOffMs: options.backOffMs ?? 1000,
  lockMs: options.lockMs ?? 15_000,
  graceMs: options.graceMs ?? 10_000,
  pollMs: options.pollMs ?? 2000,
  keepCompletedSeconds: options.keepCompletedSeconds ?? 3600,
  keepFailedSeconds: options.keepFailedSeconds ?? 14 * 24 * 60 * 60,
  redisPrefix: options.redisPrefix ?? 'lastgood',
  log: options.log ?? nestQueueLog(),
});
