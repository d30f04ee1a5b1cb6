import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutboundJob } from '../../../src/platform/queue/job.js';
import { spawnQueueChild } from '../../support/queue-child.js';
import { QueueHarness } from '../../support/queue-harness.js';
import { note } from '../../support/queue-note.js';
import type { QueuePlace } from '../../support/queue-places.js';
import { Gate, aWhile, until, untilAborted } from '../../support/queue-until.js';

const about = (subject: string, n: number, priority = 100): OutboundJob => note.with({ n }, { subject, priority });

/** What happens to jobs whose subject repeats and to jobs whose worker stops or dies, on every backend. */
export const workerContract = (backend: string, place: QueuePlace): void => {
  describe(`workers on ${backend}`, () => {
    let harness: QueueHarness;

    beforeEach(async () => {
      harness = await QueueHarness.open(place);
    });

    afterEach(() => harness.close());

    const add = (job: OutboundJob): Promise<void> => harness.queue.enqueue([{ ...job, jobId: randomUUID() }]);

    it('absorbs a job into one with the same subject that still waits, but not into a less urgent one', async () => {
      await add(about('x', 1, 200));
      await add(about('x', 2, 200));
      await add(about('x', 3, 50));
      await add(about('y', 4, 200));
      const seen: number[] = [];
      await harness.work(async ({ n }) => void seen.push(n), { concurrency: 1 });
      await until('three runs', () => seen.length === 3);
      await aWhile();
      expect(seen).toEqual([3, 1, 4]);
    });

    it('runs a subject once more when it came up while its job ran, with the latest data', async () => {
      const gate = new Gate();
      const seen: number[] = [];
      await harness.work(async ({ n }) => {
        seen.push(n);
        if (n === 1) await gate.opened;
      });
      await add(about('x', 1));
      await until('the first runs', () => seen.length === 1);
      await add(about('x', 2));
      await add(about('x', 3));
      await aWhile();
      expect(seen).toEqual([1]);
      gate.open();
      await until('the second ran', () => seen.length === 2);
      await aWhile();
      expect(seen).toEqual([1, 3]);
    });

    it('keeps a subject open whose row is handed over again, while its job runs and once it has ended', async () => {
      const gate = new Gate();
      const seen: number[] = [];
      await harness.work(async ({ n }) => {
        seen.push(n);
        if (n === 1) await gate.opened;
      });
      const again = () => harness.queue.enqueue([{ ...about('x', 1), jobId: 'handed-over-again' }]);
      await again();
      await until('the first runs', () => seen.length === 1);
      await add(about('x', 2));
      await again();
      gate.open();
      await until('what came meanwhile ran', () => seen.length === 2);
      await until('both ended', async () => (await harness.queue.depth()).completed === 2);
      await again();
      await add(about('x', 3));
      await until('the next ran', () => seen.length === 3);
      expect(seen).toEqual([1, 2, 3]);
    });

    it('takes a subject anew after its job failed for good', async () => {
      const seen: number[] = [];
      await harness.work(async ({ n }) => {
        seen.push(n);
        if (n === 1) throw new Error('always');
      });
      await add(about('x', 1));
      await until('failed', async () => (await harness.queue.depth()).failed === 1);
      await add(about('x', 2));
      await until('the next ran', () => seen.includes(2));
      expect(seen).toEqual([1, 1, 1, 2]);
    });

    it('lets running jobs end when it stops, and takes no more', async () => {
      const gate = new Gate();
      const ended: number[] = [];
      const worker = await harness.work(
        async ({ n }) => {
          gate.open();
          await aWhile();
          ended.push(n);
        },
        { concurrency: 1, graceMs: 10_000 },
      );
      await add(note.with({ n: 1 }));
      await add(note.with({ n: 2 }));
      await gate.opened;
      await worker.stop();
      expect(ended).toEqual([1]);
      expect(await harness.queue.depth()).toMatchObject({ completed: 1, active: 0, waiting: 1 });
    });

    it('aborts a job that outlasts the grace period and hands it back without counting the attempt', async () => {
      const gate = new Gate();
      const worker = await harness.work((_, { signal }) => untilAborted(gate, signal), { graceMs: 100 });
      await add(note.with({ n: 1 }));
      await gate.opened;
      await worker.stop();
      expect(await harness.queue.depth()).toMatchObject({ active: 0, waiting: 1, failed: 0, delayed: 0 });
      const attempts: number[] = [];
      await harness.work(async (_, { attempt }) => void attempts.push(attempt));
      await until('another worker ran it', () => attempts.length === 1);
      expect(attempts).toEqual([1]);
    });

    it('runs a job again on another worker when its process is killed in the middle of it', async () => {
      const child = await spawnQueueChild('queue-child-worker', harness.options);
      await add(note.with({ n: 42 }));
      await child.says('started 42');
      await child.kill();
      const seen: number[] = [];
      await harness.work(async ({ n }) => void seen.push(n));
      await until('another worker ran it', () => seen.length === 1);
      expect(seen).toEqual([42]);
      await until('completed', async () => (await harness.queue.depth()).completed === 1);
    });

    it('keeps working after its connections were cut', async () => {
      const seen: number[] = [];
      await harness.work(async ({ n }) => void seen.push(n));
      await add(note.with({ n: 1 }));
      await until('the first is done with', async () => (await harness.queue.depth()).completed === 1);
      await harness.dataSource.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
      await until('the queue takes jobs again', () =>
        add(note.with({ n: 2 })).then(
          () => true,
          () => false,
        ),
      );
      await until('the second ran', () => seen.includes(2));
      expect(seen).toContain(2);
    });
  });
};
