import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutboundJob } from '../../../src/platform/queue/job.js';
import { PermanentJobError } from '../../../src/platform/queue/queue-errors.js';
import { QueueHarness } from '../../support/queue-harness.js';
import { bulkNote, note } from '../../support/queue-note.js';
import type { QueuePlace } from '../../support/queue-places.js';
import { Gate, aWhile, until } from '../../support/queue-until.js';

/** What the two lanes of every backend of the queue do for each other: nothing. Each test has a queue of its own. */
export const laneContract = (backend: string, place: QueuePlace): void => {
  describe(`the lanes of the job queue on ${backend}`, () => {
    let harness: QueueHarness;
    let gate: Gate;

    beforeEach(async () => {
      harness = await QueueHarness.open(place);
      gate = new Gate();
    });

    afterEach(async () => {
      gate.open();
      await harness.close();
    });

    const add = (...jobs: OutboundJob[]): Promise<void> =>
      harness.queue.enqueue(jobs.map((job) => ({ ...job, jobId: randomUUID() })));
    const untilTheGateOpens = (): Promise<void> => gate.opened;
    const twenty = Array.from({ length: 20 }, (_, n) => n);

    it('keep a prompt job from waiting behind a bulk lane full of long jobs, even the least urgent behind the most', async () => {
      const seen: number[] = [];
      const options = { concurrency: 1, bulkConcurrency: 2 };
      await harness.work(async ({ n }) => void seen.push(n), options, untilTheGateOpens);
      await add(...twenty.map((n) => bulkNote.with({ n }, { priority: 1 })));
      await until('the bulk lane is busy', async () => (await harness.queue.depths()).bulk.active === 2);
      for (const n of [1, 2, 3]) await add(note.with({ n }, { priority: 1000 }));
      await until('the prompt jobs ran', () => seen.length === 3);
      expect((await harness.queue.depths()).bulk).toMatchObject({ active: 2, waiting: 18, completed: 0 });
    });

    it('keep bulk work going while the prompt lane is full', async () => {
      const seen: number[] = [];
      await harness.work(untilTheGateOpens, { concurrency: 1 }, async ({ n }) => void seen.push(n));
      await add(...twenty.map((n) => note.with({ n })), bulkNote.with({ n: 1 }));
      await until('the bulk job ran', () => seen.length === 1);
      // Each lane has a worker of its own, and this one may begin later.
      await until('a prompt job runs', async () => (await harness.queue.depths()).prompt.active === 1);
      expect((await harness.queue.depths()).prompt).toMatchObject({ active: 1, waiting: 19 });
    });

    it('run as many bulk jobs at a time as the bulk concurrency says, and no more', async () => {
      await harness.work(untilTheGateOpens, { concurrency: 8, bulkConcurrency: 3 });
      await add(...twenty.map((n) => bulkNote.with({ n })));
      await until('three run', async () => (await harness.queue.depths()).bulk.active === 3);
      await aWhile();
      expect((await harness.queue.depths()).bulk).toMatchObject({ active: 3, waiting: 17 });
      gate.open();
      await until('all completed', async () => (await harness.queue.depths()).bulk.completed === 20);
    });

    it('are chosen by the declaration of the job when the relay hands its row over, and prompt where there is none', async () => {
      await harness.append(note.with({ n: 1 }), bulkNote.with({ n: 2 }), bulkNote.with({ n: 3 }));
      await harness.outbox.deliver(10, (jobs) => harness.queue.enqueue(jobs));
      await add({ name: 'test.of-a-newer-release', data: {} });
      const { prompt, bulk } = await harness.queue.depths();
      expect([prompt.waiting, bulk.waiting]).toEqual([2, 2]);
      expect(await harness.queue.depth()).toMatchObject({ waiting: 4 });
    });

    it('show their failed jobs together, latest first, and run either again on request', async () => {
      let broken = true;
      await harness.work(async ({ n }) => {
        if (broken) throw new PermanentJobError(`${n} is beyond help`);
      });
      const jobs = [bulkNote.with({ n: 1 }), note.with({ n: 2 }), bulkNote.with({ n: 3 })];
      for (const [index, job] of jobs.entries()) {
        await harness.queue.enqueue([{ ...job, jobId: `job-${index + 1}` }]);
        await until('failed', async () => (await harness.queue.depth()).failed === index + 1);
      }
      const failed = await harness.queue.failed(10);
      expect(failed.map(({ id, lane }) => `${id} ${lane}`)).toEqual(['job-3 bulk', 'job-2 prompt', 'job-1 bulk']);
      expect(await harness.queue.failed(2)).toEqual(failed.slice(0, 2));
      broken = false;
      for (const { id } of failed) expect(await harness.queue.retry(id)).toEqual({ retried: true });
      await until('all completed', async () => (await harness.queue.depth()).completed === 3);
      expect(await harness.queue.failed(10)).toEqual([]);
    });

    it('both end with the worker, whose jobs in either go back to wait', async () => {
      const worker = await harness.work(
        (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(new Error('told to leave')));
          }),
        { graceMs: 100 },
      );
      await add(note.with({ n: 1 }), bulkNote.with({ n: 2 }));
      await until('both run', async () => (await harness.queue.depth()).active === 2);
      await worker.stop();
      const { prompt, bulk } = await harness.queue.depths();
      expect(prompt).toMatchObject({ active: 0, waiting: 1, failed: 0 });
      expect(bulk).toMatchObject({ active: 0, waiting: 1, failed: 0 });
    });
  });
};
