import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FailedCursor, FailedJob } from '../../../src/platform/queue/job-queue.js';
import { PermanentJobError } from '../../../src/platform/queue/queue-errors.js';
import type { ResolvedQueueOptions } from '../../../src/platform/queue/queue-options.js';
import { QueueHarness } from '../../support/queue-harness.js';
import { bulkNote, note } from '../../support/queue-note.js';
import type { QueuePlace } from '../../support/queue-places.js';
import { until } from '../../support/queue-until.js';

/** Rewrites the backend's data so that every failed job failed at this time, in milliseconds since 1970. */
export type FailAtOnce = (options: ResolvedQueueOptions, ms: number) => Promise<void>;

/** How every backend of the queue shows the jobs that failed for good. Each test has a queue of its own. */
export const failedContract = (backend: string, place: QueuePlace, failAtOnce: FailAtOnce): void => {
  describe(`the failed jobs on ${backend}`, () => {
    let harness: QueueHarness;
    let broken: boolean;

    beforeEach(async () => {
      harness = await QueueHarness.open(place);
      broken = true;
      await harness.work(async ({ n }) => {
        if (broken) throw new PermanentJobError(`${n} is beyond help`);
      });
    });

    afterEach(() => harness.close());

    const fail = async (from: number, to: number): Promise<void> => {
      const before = (await harness.queue.depth()).failed;
      const numbers = Array.from({ length: to - from }, (_, index) => from + index);
      const jobs = numbers.map((n) => (n % 3 === 0 ? bulkNote.with({ n }) : note.with({ n })));
      await harness.queue.enqueue(jobs.map((job) => ({ ...job, jobId: randomUUID() })));
      await until('all failed', async () => (await harness.queue.depth()).failed === before + numbers.length);
    };
    const numberOf = ({ data }: FailedJob): number => Number(data['n']);
    const walk = async (size: number, between: (page: FailedJob[]) => Promise<void> = async () => undefined) => {
      const seen: FailedJob[] = [];
      let after: FailedCursor | undefined;
      for (;;) {
        const page = await harness.queue.failed(size, after);
        if (page.length === 0) return seen;
        seen.push(...page);
        after = page.at(-1);
        await between(page);
      }
    };
    const inOrder = (numbers: number[]): number[] => numbers.toSorted((a, b) => a - b);
    const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

    it('are listed page by page, each once and the latest first, whatever the size of a page', async () => {
      await fail(0, 30);
      const whole = await harness.queue.failed(100);
      expect(inOrder(whole.map(numberOf))).toEqual(upTo(30));
      const times = whole.map((job) => job.failedAt.getTime());
      expect(times).toEqual(times.toSorted((a, b) => b - a));
      for (const size of [1, 4, 7, 29, 30, 31]) expect(await walk(size)).toEqual(whole);
    });

    it('are listed each once although all of them failed in the same millisecond', async () => {
      await fail(0, 25);
      await failAtOnce(harness.options, Date.now() - 1000);
      const whole = await harness.queue.failed(100);
      expect(new Set(whole.map((job) => job.failedAt.getTime())).size).toBe(1);
      expect(inOrder(whole.map(numberOf))).toEqual(upTo(25));
      for (const size of [1, 4, 24, 25]) expect(await walk(size)).toEqual(whole);
    });

    it('stay listed each once while others fail and those of the page before are run again', async () => {
      await fail(0, 20);
      let next = 20;
      const seen = await walk(4, async (page) => {
        broken = false;
        for (const { id } of page) expect(await harness.queue.retry(id)).toEqual({ retried: true });
        await until('they ran', async () => (await harness.queue.depth()).waiting === 0);
        await until('they are done', async () => (await harness.queue.depth()).active === 0);
        broken = true;
        await fail(next, next + 3);
        next += 3;
      });
      expect(inOrder(seen.map(numberOf))).toEqual(upTo(20));
      expect(inOrder((await walk(100)).map(numberOf))).toEqual(upTo(next).slice(20));
    });

    it('are counted over all time, and none is forgotten by the count when it is run again', async () => {
      await fail(0, 6);
      broken = false;
      for (const { id } of await harness.queue.failed(6)) await harness.queue.retry(id);
      await until('all completed', async () => (await harness.queue.depth()).completed === 6);
      const { prompt, bulk } = await harness.queue.depths();
      expect([prompt.failed, prompt.failedTotal]).toEqual([0, 4]);
      expect([bulk.failed, bulk.failedTotal]).toEqual([0, 2]);
    });

    it('go once they are old enough, and not before', async () => {
      await fail(0, 3);
      const age = harness.options.keepFailedSeconds * 1000;
      await failAtOnce(harness.options, Date.now() - age + 60_000);
      await fail(3, 5);
      expect(inOrder((await walk(10)).map(numberOf))).toEqual(upTo(5));
      await failAtOnce(harness.options, Date.now() - age - 1000);
      await harness.queue.enqueue([note, bulkNote].map((job) => ({ ...job.with({ n: 5 }), jobId: randomUUID() })));
      await until('the old ones are gone', async () => (await harness.queue.depth()).failed === 2);
    });
  });
};
