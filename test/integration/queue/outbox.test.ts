import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Outbox1700000000002 } from '../../../migrations/0002-outbox.js';
import { prepareQueue } from '../../../src/platform/queue/prepare-queue.js';
import { InvalidJobError, JobHandlerError, QueueSchemaError } from '../../../src/platform/queue/queue-errors.js';
import { QueueHarness } from '../../support/queue-harness.js';
import { note } from '../../support/queue-note.js';
import { onPostgres } from '../../support/queue-places.js';
import { until } from '../../support/queue-until.js';

describe('the outbox', () => {
  let harness: QueueHarness;

  beforeEach(async () => {
    harness = await QueueHarness.open(onPostgres);
  });

  afterEach(() => harness.close());

  it('takes jobs only inside a transaction', async () => {
    await expect(harness.outbox.append(harness.dataSource.manager, [note.with({ n: 1 })])).rejects.toThrow(
      InvalidJobError,
    );
    expect(await harness.rows()).toBe(0);
  });

  it('refuses a job that is not declared, and writes none of those beside it', async () => {
    await expect(harness.append(note.with({ n: 1 }), { name: 'test.unknown', data: {} })).rejects.toThrow(
      JobHandlerError,
    );
    expect(await harness.rows()).toBe(0);
  });

  it('takes an empty list for nothing', async () => {
    await harness.append();
    expect(await harness.rows()).toBe(0);
  });

  it('keeps what the job was given', async () => {
    await harness.append(note.with({ n: 3 }, { priority: 7, subject: 'three' }), note.with({ n: 4 }));
    const rows: object[] = await harness.dataSource.query(
      'SELECT id, name, data, priority, subject FROM outbox ORDER BY id',
    );
    expect(rows).toEqual([
      { id: 1, name: 'test.note', data: { n: 3 }, priority: 7, subject: 'three' },
      { id: 2, name: 'test.note', data: { n: 4 }, priority: 100, subject: null },
    ]);
  });

  it('gives a job another id when the row ids begin again, as after a restored backup', async () => {
    const ids = new Set<string>();
    for (let restore = 0; restore < 2; restore += 1) {
      await harness.append(note.with({ n: restore }));
      await harness.outbox.deliver(10, async (jobs) => jobs.forEach((job) => ids.add(job.jobId)));
      await harness.dataSource.query('ALTER TABLE outbox ALTER COLUMN id RESTART');
    }
    expect(ids.size).toBe(2);
  });

  it('keeps its rows when the delivery fails, and offers them again under the same ids', async () => {
    await harness.append(note.with({ n: 1 }));
    const offered: string[] = [];
    const refuse = harness.outbox.deliver(10, async (jobs) => {
      offered.push(...jobs.map((job) => job.jobId));
      throw new Error('no');
    });
    await expect(refuse).rejects.toThrow('no');
    await harness.outbox.deliver(10, async (jobs) => void offered.push(...jobs.map((job) => job.jobId)));
    expect(offered[0]).toBe(offered[1]);
    expect(await harness.rows()).toBe(0);
  });

  it('offers rows that one delivery holds to no other, and the rest at once', async () => {
    await harness.append(...[1, 2, 3].map((n) => note.with({ n })));
    const offered: object[][] = [[], []];
    await harness.outbox.deliver(2, async (held) => {
      offered[0]?.push(...held.map((job) => job.data));
      await harness.outbox.deliver(10, async (rest) => void offered[1]?.push(...rest.map((job) => job.data)));
    });
    expect(offered).toEqual([[{ n: 1 }, { n: 2 }], [{ n: 3 }]]);
    expect(await harness.rows()).toBe(0);
  });

  it('goes away and comes back with its migration', async () => {
    const runner = harness.dataSource.createQueryRunner();
    const migration = new Outbox1700000000002();
    await migration.down(runner);
    expect(await runner.hasTable('outbox')).toBe(false);
    await migration.up(runner);
    expect(await runner.hasTable('outbox')).toBe(true);
    await runner.release();
  });
});

describe("the queue's own tables", () => {
  let harness: QueueHarness;

  beforeEach(async () => {
    harness = await QueueHarness.open(onPostgres);
  });

  afterEach(() => harness.close());

  it('lie in a schema of their own, and preparing them again changes nothing', async () => {
    const tables = async (): Promise<unknown> =>
      harness.dataSource.query("SELECT relname FROM pg_class WHERE relnamespace = 'bullmq'::regnamespace ORDER BY 1");
    const before = await tables();
    await Promise.all([prepareQueue(harness.options.databaseUrl), prepareQueue(harness.options.databaseUrl)]);
    expect(await tables()).toEqual(before);
    expect(before).not.toEqual([]);
  });

  it('are asked for, by name of what to do, when they are missing, and used as soon as they are there', async () => {
    await harness.dataSource.query('DROP SCHEMA bullmq CASCADE');
    await expect(harness.queue.depth()).rejects.toThrow(QueueSchemaError);
    await expect(harness.work(async () => undefined)).rejects.toThrow('run the migrations first');
    await prepareQueue(harness.options.databaseUrl);
    const seen: number[] = [];
    harness.relay();
    await harness.work(async ({ n }) => void seen.push(n));
    await harness.append(note.with({ n: 1 }));
    await until('it ran', () => seen.length === 1);
  });
});
