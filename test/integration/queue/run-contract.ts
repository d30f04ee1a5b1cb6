import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Registry } from 'prom-client';
import { addRunMetrics } from '../../../src/features/health/run-metrics.js';
import type { JobRun } from '../../../src/platform/queue/job-queue.js';
import { PermanentJobError } from '../../../src/platform/queue/queue-errors.js';
import { QueueHarness } from '../../support/queue-harness.js';
import { bulkNote, note } from '../../support/queue-note.js';
import type { QueuePlace } from '../../support/queue-places.js';
import { Gate, until, untilAborted } from '../../support/queue-until.js';

/** What a worker on each backend tells of the runs that ended. */
export const runContract = (backend: string, place: QueuePlace): void => {
  describe(`the runs of jobs on ${backend}`, () => {
    let harness: QueueHarness;
    let runs: JobRun[];

    beforeEach(async () => {
      harness = await QueueHarness.open(place);
      runs = [];
    });

    afterEach(() => harness.close());

    const told = () => runs.map(({ job, lane, outcome }) => `${job} ${lane} ${outcome}`).toSorted();

    it('are told of with their job, their lane, how they ended and how long they took', async () => {
      const worker = await harness.work(async ({ n }) => {
        if (n === 2) throw new PermanentJobError('never');
      });
      worker.onRun((run) => runs.push(run));
      const jobs = [note.with({ n: 1 }), note.with({ n: 2 }), bulkNote.with({ n: 3 })];
      const foreign = { name: 'job.of-a-newer-release', data: {} };
      await harness.queue.enqueue([...jobs, foreign].map((job) => ({ ...job, jobId: randomUUID() })));
      await until('each ran', () => new Set(told()).size === 4);
      // What may be tried again may have been by now.
      expect([...new Set(told())]).toEqual([
        'test.bulk-note bulk completed',
        'test.note prompt completed',
        'test.note prompt failed',
        'unknown prompt failed',
      ]);
      for (const { seconds } of runs) expect(seconds).toBeGreaterThanOrEqual(0);
    });

    it('are counted for Prometheus', async () => {
      const registry = new Registry();
      const worker = await harness.work(async () => {});
      addRunMetrics(worker, registry);
      await harness.queue.enqueue([{ ...note.with({ n: 1 }), jobId: randomUUID() }]);
      const counted = 'lastgood_job_run_seconds_count{job="test.note",lane="prompt",outcome="completed"} 1';
      await expect.poll(() => registry.metrics(), { timeout: 60_000 }).toContain(counted);
    });

    it('end as they do, whatever those throw who are told of them', async () => {
      const worker = await harness.work(async () => {});
      worker.onRun(() => {
        throw new Error('cannot count');
      });
      worker.onRun((run) => runs.push(run));
      await harness.queue.enqueue([1, 2].map((n) => ({ ...note.with({ n }), jobId: randomUUID() })));
      await until('both ended', async () => (await harness.queue.depth()).completed === 2);
      expect(told()).toEqual(['test.note prompt completed', 'test.note prompt completed']);
      expect(harness.log.count('the job worker reports an error')).toBe(1);
    });

    it('are told of as handed back where the worker stops before they end', async () => {
      const gate = new Gate();
      const worker = await harness.work((_, { signal }) => untilAborted(gate, signal), { graceMs: 10 });
      worker.onRun((run) => runs.push(run));
      await harness.queue.enqueue([{ ...note.with({ n: 1 }), jobId: randomUUID() }]);
      await gate.opened;
      await worker.stop();
      expect(told()).toEqual(['test.note prompt returned']);
    });
  });
};
