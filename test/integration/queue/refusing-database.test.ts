import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { query } from '../../support/pg-query.js';
import { openOutbox, QueueHarness } from '../../support/queue-harness.js';
import { note } from '../../support/queue-note.js';
import { onRedis } from '../../support/queue-places.js';
import { until } from '../../support/queue-until.js';

const WAIT = 'jobs wait, because the database is away';
const BACK = 'the database is back, and jobs run again';

describe('jobs over a database that answers and does not write', () => {
  let harness: QueueHarness;

  beforeEach(async () => {
    harness = await QueueHarness.open(onRedis());
  });

  afterEach(() => harness.close());

  const add = (): Promise<void> => harness.queue.enqueue([{ ...note.with({ n: 1 }), jobId: randomUUID() }]);
  /** What a session that is opened now comes to. */
  const ask = async (sql: string): Promise<void> => {
    const dataSource = await openOutbox(harness.options.databaseUrl);
    try {
      await dataSource.query(sql);
    } finally {
      await dataSource.destroy();
    }
  };
  const alter = async (what: string): Promise<void> => {
    const name = new URL(harness.options.databaseUrl).pathname.slice(1);
    await query(inject('postgresUrl'), `ALTER DATABASE ${name} ${what}`);
  };

  /** Runs a job more often than one that fails is tried, then mends the database. Which try it was by which the job ended. */
  async function waitsFor(write: () => Promise<void>, mend: () => Promise<void>): Promise<number[]> {
    let tries = 0;
    const attempts: number[] = [];
    await harness.work(async (_, { attempt }) => {
      tries += 1;
      await write();
      attempts.push(attempt);
    });
    await add();
    const failed = async (): Promise<number> => (await harness.queue.depth()).failedTotal;
    await until('it was tried again and again', async () => {
      return tries > harness.options.attempts + 1 || (await failed()) > 0;
    });
    expect(await failed()).toBe(0);
    expect([harness.log.count(WAIT), harness.log.count('a job failed')]).toEqual([1, 0]);
    await mend();
    await until('it ran', () => attempts.length === 1);
    expect(harness.log.count(BACK)).toBe(1);
    return attempts;
  }

  it('wait while it is read-only, as a standby is, and use up no try', async () => {
    await alter('SET default_transaction_read_only = on');
    const attempts = await waitsFor(
      () => ask(`INSERT INTO outbox (name, data, priority) VALUES ('${note.name}', '{}', 1)`),
      () => alter('RESET default_transaction_read_only'),
    );
    expect(attempts).toEqual([1]);
  });

  it('wait while its disk is full, and use up no try', async () => {
    let isFull = true;
    const attempts = await waitsFor(
      () => ask(isFull ? `COPY (SELECT generate_series(1, 100000)) TO '/dev/full'` : 'SELECT 1'),
      async () => void (isFull = false),
    );
    expect(attempts).toEqual([1]);
  });
});
