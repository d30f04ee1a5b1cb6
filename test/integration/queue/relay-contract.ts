import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spawnQueueChild } from '../../support/queue-child.js';
import { QueueHarness } from '../../support/queue-harness.js';
import { note } from '../../support/queue-note.js';
import type { QueuePlace } from '../../support/queue-places.js';
import { aWhile, until } from '../../support/queue-until.js';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const ascending = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

/** What the relay does with committed rows, over every backend. */
export const relayContract = (backend: string, place: QueuePlace): void => {
  describe(`the outbox relay into ${backend}`, () => {
    let harness: QueueHarness;
    let seen: number[];

    beforeEach(async () => {
      harness = await QueueHarness.open(place);
      seen = [];
    });

    afterEach(() => harness.close());

    const record = async ({ n }: { n: number }): Promise<void> => void seen.push(n);

    it('enqueues nothing before the transaction commits, and everything after', async () => {
      harness.relay();
      await harness.work(record);
      await harness.dataSource.transaction(async (manager) => {
        await harness.outbox.append(manager, [note.with({ n: 1 }), note.with({ n: 2 })]);
        await aWhile();
        expect(seen).toEqual([]);
      });
      await until('both ran', () => seen.length === 2);
      await until('the outbox is empty', async () => (await harness.rows()) === 0);
    });

    it('enqueues nothing of a transaction that was rolled back', async () => {
      harness.relay();
      await harness.work(record);
      const rolledBack = harness.dataSource.transaction(async (manager) => {
        await harness.outbox.append(manager, [note.with({ n: 1 })]);
        throw new Error('changed my mind');
      });
      await expect(rolledBack).rejects.toThrow('changed my mind');
      await harness.append(note.with({ n: 2 }));
      await until('the committed one ran', () => seen.length === 1);
      await aWhile();
      expect(seen).toEqual([2]);
    });

    it('makes two jobs of two identical rows', async () => {
      harness.relay();
      await harness.work(record);
      await harness.append(note.with({ n: 1 }));
      await until('the first ran', () => seen.length === 1);
      await harness.append(note.with({ n: 1 }));
      await until('the second ran', () => seen.length === 2);
      expect(seen).toEqual([1, 1]);
    });

    it('is woken by the commit, long before it would look by itself', async () => {
      harness.relay(harness.queue, { pollMs: 3_600_000 });
      await harness.work(record);
      await harness.append(note.with({ n: 1 }));
      await until('the first ran', () => seen.length === 1);
      await harness.append(note.with({ n: 2 }));
      await until('the second ran', () => seen.length === 2);
      expect(seen).toEqual([1, 2]);
    });

    it('finds a row that no notification announced', async () => {
      harness.relay();
      await harness.work(record);
      await harness.dataSource.query(`INSERT INTO outbox (name, data, priority) VALUES ('test.note', '{"n": 5}', 100)`);
      await until('it ran', () => seen.length === 1);
      expect(seen).toEqual([5]);
    });

    it('keeps a delayed job in the outbox until it is due', async () => {
      harness.relay();
      await harness.work(record);
      await harness.append(note.with({ n: 1 }, { delayMs: 1500 }), note.with({ n: 2 }));
      await until('the one without delay ran', () => seen.length === 1);
      await until('only the delayed one is left', async () => (await harness.rows()) === 1);
      expect(seen).toEqual([2]);
      expect(await harness.outbox.backlog()).toEqual({ rows: 0, oldestMs: 0 });
      await until('the delayed one ran', () => seen.length === 2);
    });

    it('shares a burst among several relays without running a job twice', async () => {
      await harness.append(...upTo(1500).map((n) => note.with({ n })));
      expect(await harness.outbox.backlog()).toMatchObject({ rows: 1500 });
      harness.relay();
      harness.relay();
      harness.relay();
      // Under the short lock of the other tests, a worker that a busy machine holds up loses a job, which runs again then.
      await harness.work(record, { lockMs: 60_000 });
      await until('all ran', async () => seen.length >= 1500 && (await harness.queue.depth()).completed === 1500);
      await until('the outbox is empty', async () => (await harness.rows()) === 0);
      expect(ascending(seen)).toEqual(upTo(1500));
      expect(await harness.outbox.backlog()).toEqual({ rows: 0, oldestMs: 0 });
    });

    it('runs each job once although a relay was killed after the queue took it and before the row was deleted', async () => {
      await harness.append(...upTo(20).map((n) => note.with({ n })));
      const child = await spawnQueueChild('queue-child-relay', harness.options);
      await child.says('enqueued 20');
      await child.kill();
      expect(await harness.rows()).toBe(20);
      await harness.work(record);
      await until('all ran', async () => (await harness.queue.depth()).completed === 20);
      harness.relay();
      await until('the outbox is empty', async () => (await harness.rows()) === 0);
      await aWhile();
      expect(ascending(seen)).toEqual(upTo(20));
    });

    it('goes on after the database cut its connections', async () => {
      harness.relay();
      await harness.work(record);
      await harness.append(note.with({ n: 1 }));
      await until('the first is done with', async () => (await harness.queue.depth()).completed === 1);
      await until('the outbox is empty', async () => (await harness.rows()) === 0);
      await harness.dataSource.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
      await until('a row can be appended', () =>
        harness.append(note.with({ n: 2 })).then(
          () => true,
          () => false,
        ),
      );
      await until('the second ran', () => seen.includes(2));
      expect(seen).toEqual([1, 2]);
    });

    it('leaves what it has not carried to the next relay when it stops', async () => {
      const relay = harness.relay();
      await relay.stop();
      await harness.append(note.with({ n: 1 }));
      await aWhile();
      expect(await harness.rows()).toBe(1);
      harness.relay();
      await until('the outbox is empty', async () => (await harness.rows()) === 0);
      expect(await harness.queue.depth()).toMatchObject({ waiting: 1 });
    });
  });
};
