import { JobQueue, OutboxRepository } from '../../src/platform/queue/index.js';
import type { TestApi } from './api.js';
import { until } from './queue-until.js';

/** Waits until every job that was asked for so far has run, so that none of them observes what a test does next. */
export const jobsDone = ({ app }: TestApi): Promise<void> =>
  until('no job is left', async () => {
    // First the outbox: a row of it is deleted after its job is in the queue.
    const { rows } = await app.get(OutboxRepository).backlog();
    const { waiting, active } = await app.get(JobQueue).depth();
    return rows + waiting + active === 0;
  });
