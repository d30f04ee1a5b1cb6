import type { BullQueue } from './bull-producer.js';
import type { FailedCursor, FailedJob } from './job-queue.js';
import type { Lane } from './lane.js';

type BullJob = Awaited<ReturnType<BullQueue['getFailed']>>[number];

/**
 * The failed jobs of one lane, the latest first and those of one millisecond by descending id, at most `limit` of those
 * beyond `after`. BullMQ addresses them by rank, and ranks shift as jobs fail and are run again; a place given by time
 * and id does not: walking the pages shows every job that stays failed, once.
 */
export const failedAfter = async (
  lane: Lane,
  queue: BullQueue,
  limit: number,
  after?: FailedCursor,
): Promise<FailedJob[]> => {
  const rank = after === undefined ? 0 : await firstRank(queue, after.failedAt.getTime());
  // The backends order the jobs of one millisecond differently, PostgreSQL even from one reading to the next. So only a
  // millisecond that a single reading holds to its end counts, and where that is too little, a longer one is made.
  for (let length = limit + 1; ; length *= 2) {
    const ranks = await queue.getFailed(rank, rank + length - 1);
    const jobs = present(ranks).map((job) => toFailedJob(lane, job));
    const isAll = ranks.length < length;
    const lastMs = isAll ? -Infinity : (jobs.at(-1)?.failedAt.getTime() ?? -Infinity);
    const found = jobs.filter((job) => after === undefined || latestFirst(after, job) < 0);
    const whole = found.filter((job) => job.failedAt.getTime() > lastMs);
    if (isAll || whole.length >= limit) return whole.toSorted(latestFirst).slice(0, limit);
  }
};

/** Orders failed jobs: the latest first, those of one millisecond by descending id. */
export const latestFirst = (a: FailedCursor, b: FailedCursor): number => {
  const later = b.failedAt.getTime() - a.failedAt.getTime();
  if (later !== 0) return later;
  return a.id === b.id ? 0 : a.id < b.id ? 1 : -1;
};

/** The rank of the first job that failed then or before, by halving. */
const firstRank = async (queue: BullQueue, ms: number): Promise<number> => {
  let low = 0;
  let { failed: high = 0 } = await queue.getJobCounts('failed');
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [job] = present(await queue.getFailed(middle, middle));
    if (job !== undefined && failedMs(job) > ms) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** A job that is removed between the reading of its rank and of itself is none. */
const present = (jobs: (BullJob | undefined)[]): BullJob[] => jobs.filter((job) => job !== undefined);

const failedMs = (job: BullJob): number => job.finishedOn ?? job.timestamp;

const toFailedJob = (lane: Lane, job: BullJob): FailedJob => ({
  id: job.id ?? '',
  name: job.name,
  lane,
  data: job.data,
  reason: job.failedReason,
  attempts: job.attemptsMade,
  createdAt: new Date(job.timestamp),
  failedAt: new Date(failedMs(job)),
});
