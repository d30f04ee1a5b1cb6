import { randomUUID } from 'node:crypto';
import { JobQueue } from '../../src/platform/queue/index.js';
import type { TestApi } from './api.js';
import { until } from './queue-until.js';

/** What a test API needs in its environment so that a job is given up after its first try. */
export const ONE_ATTEMPT = { LASTGOOD_JOB_ATTEMPTS: '1' };

/** The name of a job that no worker of this release can run. */
export const UNKNOWN_JOB = 'job.of-a-newer-release';

/** Lets so many jobs fail for good, one after the other; `n` of their data counts from 1. Returns their ids. */
export async function failJobs(api: TestApi, count: number): Promise<string[]> {
  const queue = api.app.get(JobQueue);
  const { failed } = await queue.depth();
  const ids: string[] = [];
  for (let n = 1; n <= count; n += 1) {
    const jobId = randomUUID();
    ids.push(jobId);
    await queue.enqueue([{ name: UNKNOWN_JOB, data: { n }, jobId }]);
    await until(`job ${n} failed`, async () => (await queue.depth()).failed === failed + n);
  }
  return ids;
}
