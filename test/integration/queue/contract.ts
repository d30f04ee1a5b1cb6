import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FIRST_PRIORITY, LAST_PRIORITY, type OutboundJob } from '../../../src/platform/queue/job.js';
import { PermanentJobError } from '../../../src/platform/queue/queue-errors.js';
import { QueueHarness } from '../../support/queue-harness.js';
import { note } from '../../support/queue-note.js';
import type { QueuePlace } from '../../support/queue-places.js';
import { Gate, aWhile, until } from '../../support/queue-until.js';

/** What every backend of the queue does. Each test has a queue of its own. */
export const queueContract = (backend: string, place: QueuePlace): void => {
  describe(`the job queue on ${backend}`, () => {
    let harness: QueueHarness;

    beforeEach(async () => {
      harness = await QueueHarness.open(place);
    });

    afterEach(() => harness.close());

    const add = (job: OutboundJob, jobId: string = randomUUID()): Promise<void> =>
      harness.queue.enqueue([{ ...job, jobId }]);

    it('runs each job once with the data it was given', async () => {
      const seen: number[] = [];
      await harness.work(async ({ n }) => void seen.push(n));
      await Promise.all([1, 2, 3].map((n) => add(note.with({ n }))));
      await until('three runs', () => seen.length === 3);
      await until('all completed', async () => (await harness.queue.depth()).completed === 3);
      expect(seen.toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    });

    it('collapses repeats of an id, also while the first is remembered as completed', async () => {
      const seen: number[] = [];
      await add(note.with({ n: 1 }), 'same-id');
      await add(note.with({ n: 2 }), 'same-id');
      await harness.work(async ({ n }) => void seen.push(n));
      await until('completed', async () => (await harness.queue.depth()).completed === 1);
      await add(note.with({ n: 3 }), 'same-id');
      await aWhile();
      expect(seen).toEqual([1]);
    });

    it('tries a job that throws again, and tells the handler which attempt it is', async () => {
      const attempts: number[] = [];
      await harness.work(async (_, { attempt }) => {
        attempts.push(attempt);
        if (attempt < 3) throw new Error('not yet');
      });
      await add(note.with({ n: 1 }));
      await until('completed', async () => (await harness.queue.depth()).completed === 1);
      expect(attempts).toEqual([1, 2, 3]);
    });

    it('keeps a job that failed for good, shows why, and runs it again with all its attempts on request', async () => {
      let broken = true;
      let runs = 0;
      await harness.work(async () => {
        runs += 1;
        if (broken) throw new Error('the disk is full');
      });
      await add(note.with({ n: 7 }), 'doomed');
      await until('failed', async () => (await harness.queue.depth()).failed === 1);
      const [failed] = await harness.queue.failed(10);
      expect(failed).toMatchObject({
        id: 'doomed',
        name: 'test.note',
        data: { n: 7 },
        reason: 'the disk is full',
        attempts: 3,
        createdAt: expect.any(Date),
        failedAt: expect.any(Date),
      });
      expect(runs).toBe(3);
      broken = false;
      expect(await harness.queue.retry('doomed')).toEqual({ retried: true });
      await until('completed', async () => (await harness.queue.depth()).completed === 1);
      expect(await harness.queue.failed(10)).toEqual([]);
    });

    it('lists failed jobs latest first and no more than asked for', async () => {
      await harness.work(async ({ n }) => {
        throw new PermanentJobError(`${n} is beyond help`);
      });
      for (const n of [1, 2, 3]) {
        await add(note.with({ n }));
        await until('failed', async () => (await harness.queue.depth()).failed === n);
      }
      expect((await harness.queue.failed(2)).map((job) => job.reason)).toEqual([
        '3 is beyond help',
        '2 is beyond help',
      ]);
    });

    it('does not try again what a handler calls beyond help', async () => {
      await harness.work(async () => {
        throw new PermanentJobError('no such thing');
      });
      await add(note.with({ n: 1 }));
      await until('failed', async () => (await harness.queue.depth()).failed === 1);
      expect((await harness.queue.failed(1))[0]).toMatchObject({ reason: 'no such thing', attempts: 1 });
    });

    it('refuses to retry a job that is unknown or has not failed, and says so', async () => {
      await add(note.with({ n: 1 }), 'waiting-job');
      expect(await harness.queue.retry('no-such-job')).toMatchObject({ retried: false, code: 'job_not_found' });
      expect(await harness.queue.retry('waiting-job')).toMatchObject({ retried: false, code: 'job_not_failed' });
    });

    it('runs jobs by priority, and those of one priority in the order in which they came', async () => {
      const seen: number[] = [];
      await harness.queue.enqueue([
        { ...note.with({ n: 4 }, { priority: LAST_PRIORITY }), jobId: 'a' },
        { ...note.with({ n: 2 }), jobId: 'b' },
        { ...note.with({ n: 3 }), jobId: 'c' },
        { ...note.with({ n: 1 }, { priority: FIRST_PRIORITY }), jobId: 'd' },
      ]);
      await harness.work(async ({ n }) => void seen.push(n), { concurrency: 1 });
      await until('four runs', () => seen.length === 4);
      expect(seen).toEqual([1, 2, 3, 4]);
    });

    it('runs as many jobs at a time as its concurrency says, and no more', async () => {
      let running = 0;
      let most = 0;
      const gate = new Gate();
      await harness.work(
        async () => {
          running += 1;
          most = Math.max(most, running);
          if (running === 3) gate.open();
          await gate.opened;
          running -= 1;
        },
        { concurrency: 3 },
      );
      await Promise.all(Array.from({ length: 12 }, (_, n) => add(note.with({ n }))));
      await until('all completed', async () => (await harness.queue.depth()).completed === 12);
      expect(most).toBe(3);
    });

    it('holds a delayed job back', async () => {
      const seen: number[] = [];
      await harness.work(async ({ n }) => void seen.push(n));
      await add(note.with({ n: 1 }, { delayMs: 60_000 }));
      await aWhile();
      expect(await harness.queue.depth()).toMatchObject({ delayed: 1, waiting: 0 });
      expect(seen).toEqual([]);
    });
  });
};
