import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QueueHarness } from '../../support/queue-harness.js';
import { note } from '../../support/queue-note.js';
import type { QueuePlace } from '../../support/queue-places.js';
import { until } from '../../support/queue-until.js';

const WAIT = 'jobs wait, because the database is away';
const BACK = 'the database is back, and jobs run again';
const refused = (): Error => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** What a worker on each backend makes of a database that its handlers cannot reach. */
export const databaseAwayContract = (backend: string, place: QueuePlace): void => {
  describe(`jobs without their database, on ${backend}`, () => {
    let harness: QueueHarness;

    beforeEach(async () => {
      harness = await QueueHarness.open(place);
    });

    afterEach(() => harness.close());

    const add = (count: number): Promise<void> =>
      harness.queue.enqueue(Array.from({ length: count }, (_, n) => ({ ...note.with({ n }), jobId: randomUUID() })));

    it('wait for it however long that takes, use up no try, and are told of once', async () => {
      let isAway = true;
      let runs = 0;
      const attempts: number[] = [];
      harness.databaseAnswers = () => !isAway;
      await harness.work(async (_, { attempt }) => {
        runs += 1;
        if (isAway) throw refused();
        attempts.push(attempt);
      });
      await add(5);
      // Each as often as a job that fails may be tried, and more.
      await until('all were tried again and again', () => runs > 5 * (harness.options.attempts + 1));
      expect(await harness.queue.depth()).toMatchObject({ failed: 0, failedTotal: 0 });
      expect([harness.log.count(WAIT), harness.log.count('a job failed')]).toEqual([1, 0]);
      isAway = false;
      await until('all ran', () => attempts.length === 5);
      expect(attempts).toEqual([1, 1, 1, 1, 1]);
      expect(harness.log.count(BACK)).toBe(1);
    });

    it('fail as ever where the database answers, and something else broke the same way', async () => {
      await harness.work(async () => {
        throw refused();
      });
      await add(1);
      await until('it failed for good', async () => (await harness.queue.depth()).failed === 1);
      const [failed] = await harness.queue.failed(1);
      expect(failed).toMatchObject({ attempts: harness.options.attempts, reason: 'connect ECONNREFUSED' });
      expect(harness.log.count(WAIT)).toBe(0);
    });
  });
};
