import { Queue, SchemaMigrationRequiredError, createPostgresBackend } from 'bullmq';
import type { IQueueBackend, Job } from 'bullmq';
import { Redis } from 'ioredis';
import { deadline } from '../timing/deadline.js';
import type { JobData } from './job.js';
import { KnownJobs } from './known-jobs.js';
import { perLane } from './lane.js';
import type { Lane } from './lane.js';
import { pgQueueConnection } from './pg-connection.js';
import { missingSchema, QueueSchemaError } from './queue-errors.js';
import { ANSWER_MS, type ResolvedQueueOptions } from './queue-options.js';

/** The name of each lane's queue; the job's name tells the kinds apart. */
export const QUEUE_NAMES: Readonly<Record<Lane, string>> = { prompt: 'jobs', bulk: 'bulk-jobs' };

type BullJob = Job<JobData, void>;

/** The part of a BullMQ queue that the producing side uses, the same over both backends. */
export type BullQueue = Pick<
  Queue<JobData, void, string, JobData, void, string, IQueueBackend>,
  'addBulk' | 'getJobCounts' | 'getMetrics'
> & { getFailed(start: number, end: number): Promise<BullJob[]>; getJob(id: string): Promise<BullJob | undefined> };

/** An open connection for producing and looking. */
export interface BullProducer {
  readonly queues: Readonly<Record<Lane, BullQueue>>;
  /** Those of the ids that must not be added, since the queue holds them and would not notice in time. */
  known(lane: Lane, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** What keeps the connection from being made again, where it broke and something is known. */
  broken(): Error | undefined;
  close(): Promise<void>;
}

const openPostgres = async (options: ResolvedQueueOptions): Promise<BullProducer> => {
  const connection = pgQueueConnection(options.databaseUrl, 1);
  const jobs = new KnownJobs(options.databaseUrl);
  const known = (lane: Lane, ids: readonly string[]) => jobs.among(QUEUE_NAMES[lane], ids);
  const queues = perLane((lane) => {
    const queue = new Queue<JobData, void, string, JobData, void, string, IQueueBackend, typeof connection>(
      QUEUE_NAMES[lane],
      { connection },
      createPostgresBackend,
    );
    // A dropped connection is reported to whoever calls next; without a listener it would end the process.
    queue.on('error', () => undefined);
    return queue;
  });
  const close = async (): Promise<void> => {
    await Promise.all([queues.prompt.close(), queues.bulk.close(), jobs.close()]);
  };
  const ready = Promise.all([queues.prompt.waitUntilReady(), queues.bulk.waitUntilReady()]);
  try {
    await deadline(ready, ANSWER_MS, `PostgreSQL did not answer within ${ANSWER_MS} ms`);
    return { queues, known, broken: () => undefined, close };
  } catch (error) {
    await close();
    throw error instanceof SchemaMigrationRequiredError ? new QueueSchemaError(missingSchema, { cause: error }) : error;
  }
};

const openRedis = async (options: ResolvedQueueOptions & { redisUrl: string }): Promise<BullProducer> => {
  let lastError: Error | undefined;
  // No command is kept for later and none waits: the outbox is the place where jobs wait for Redis.
  const redis = new Redis(options.redisUrl, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: ANSWER_MS,
    commandTimeout: ANSWER_MS,
    retryStrategy: (times) => Math.min(times * 100, 2000),
  });
  redis.on('error', (error: Error) => {
    lastError = error;
  });
  redis.on('ready', () => {
    lastError = undefined;
  });
  // What ioredis says of a command without a connection tells of its own options, not of the server.
  const broken = (): Error | undefined =>
    redis.status === 'ready' ? undefined : (lastError ?? new Error('the connection to Redis broke'));
  let queues: Record<Lane, Queue<JobData, void>> | undefined;
  const close = async (): Promise<void> => {
    await Promise.all([queues?.prompt.close(), queues?.bulk.close()]);
    redis.disconnect();
  };
  try {
    await deadline(redis.connect(), ANSWER_MS, `Redis did not answer within ${ANSWER_MS} ms`);
    queues = perLane((lane) => {
      const queue = new Queue<JobData, void>(QUEUE_NAMES[lane], { connection: redis, prefix: options.redisPrefix });
      queue.on('error', () => undefined);
      return queue;
    });
    const ready = Promise.all([queues.prompt.waitUntilReady(), queues.bulk.waitUntilReady()]);
    await deadline(ready, ANSWER_MS, `Redis did not answer within ${ANSWER_MS} ms`);
    return { queues, known: async () => new Set(), broken, close };
  } catch (error) {
    await close();
    throw lastError ?? error;
  }
};

/**
 * Opens the producing side of both lanes, on Redis when there is one and else on PostgreSQL.
 * @throws when the server cannot be reached at once; QueueSchemaError when the queue's tables are missing
 */
export const openProducer = (options: ResolvedQueueOptions): Promise<BullProducer> => {
  const { redisUrl } = options;
  return redisUrl === undefined ? openPostgres(options) : openRedis({ ...options, redisUrl });
};
