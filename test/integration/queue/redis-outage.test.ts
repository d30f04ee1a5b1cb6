import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { QueueUnavailableError } from '../../../src/platform/queue/queue-errors.js';
import { QueueHarness } from '../../support/queue-harness.js';
import { note } from '../../support/queue-note.js';
import { onRedis } from '../../support/queue-places.js';
import { Gate, aWhile, until } from '../../support/queue-until.js';
import { startRedis } from '../../support/redis-server.js';
import type { RedisServer } from '../../support/redis-server.js';

const GONE = 'cannot be handed to the job queue';
const BACK = 'is handed to the job queue again';

describe('while Redis is away', () => {
  let redis: RedisServer;
  let harness: QueueHarness;
  let seen: number[];
  const record = async ({ n }: { n: number }): Promise<void> => void seen.push(n);

  beforeEach(async (test) => {
    redis = await startRedis(join(inject('runFolder'), `redis-outage-${test.task.id}`));
    harness = await QueueHarness.open(onRedis(() => redis.url));
    seen = [];
  });

  afterEach(async () => {
    await harness.close();
    await redis.stop();
  });

  const appendEach = async (from: number, to: number): Promise<void> => {
    for (let n = from; n < to; n += 1) await harness.append(note.with({ n }));
  };

  it('rows wait in the outbox, and every one runs once after it is back', async () => {
    harness.relay();
    await harness.work(record);
    await appendEach(0, 5);
    await until('the first five ran', () => seen.length === 5);
    await until('the outbox is empty', async () => (await harness.rows()) === 0);
    await redis.kill();
    await appendEach(5, 305);
    await until('the relay noticed', () => harness.log.count(GONE) === 1);
    await aWhile();
    expect(await harness.rows()).toBe(300);
    expect((await harness.outbox.backlog()).oldestMs).toBeGreaterThan(0);
    await redis.restart();
    await until('all ran', () => seen.length >= 305);
    await until('the outbox is empty', async () => (await harness.rows()) === 0);
    await aWhile();
    expect(new Set(seen).size).toBe(305);
    expect(seen).toHaveLength(305);
  });

  it('the outage is logged once when it begins and once when it ends', async () => {
    harness.relay();
    await redis.kill();
    await appendEach(0, 1);
    await until('the relay noticed', () => harness.log.count(GONE) === 1);
    await appendEach(1, 50);
    await aWhile();
    await aWhile();
    expect(harness.log.count(GONE)).toBe(1);
    await redis.restart();
    await until('the outbox is empty', async () => (await harness.rows()) === 0);
    expect(harness.log.count(BACK)).toBe(1);
    await redis.kill();
    await appendEach(50, 51);
    await until('the second outage is noticed', () => harness.log.count(GONE) === 2);
  });

  it('the outage is not taken for over by a relay that finds all rows in the hands of another', async () => {
    const looks = vi.spyOn(harness.outbox, 'deliver');
    onTestFinished(() => looks.mockRestore());
    await redis.kill();
    harness.relay();
    await appendEach(0, 1);
    await until('the relay noticed', () => harness.log.count(GONE) === 1);
    const other = harness.dataSource.createQueryRunner();
    await other.startTransaction();
    await other.query('SELECT FROM outbox FOR UPDATE');
    const began = looks.mock.calls.length;
    await until('the relay looked twice and more', () => looks.mock.calls.length > began + 3);
    expect(harness.log.count(BACK)).toBe(0);
    await other.rollbackTransaction();
    await other.release();
    await redis.restart();
    await until('the outbox is empty', async () => (await harness.rows()) === 0);
    await until('it is told of', () => harness.log.count(BACK) === 1);
    expect(harness.log.count(GONE)).toBe(1);
  });

  it('the log says what keeps the connection from being made, not what the library thinks of its own options', async () => {
    harness.relay();
    await harness.work(record);
    await appendEach(0, 1);
    await until('the first ran', () => seen.length === 1);
    await until('the outbox is empty', async () => (await harness.rows()) === 0);
    await redis.kill();
    await appendEach(1, 2);
    await until('the relay noticed', () => harness.log.count(GONE) === 1);
    const line = harness.log.lines.find(({ message }) => message.includes(GONE));
    expect(line?.fields).toEqual({
      reason: expect.stringMatching(
        /^the job queue is not available: (connect ECONNREFUSED|the connection to Redis broke)/,
      ),
    });
  });

  it('a Redis that comes back without the jobs that ran meanwhile is told of in a line or two, not one for each', async () => {
    const gate = new Gate();
    await harness.work(async ({ n }) => {
      await gate.opened;
      seen.push(n);
    });
    const jobs = Array.from({ length: 8 }, (_, n) => ({ ...note.with({ n }), jobId: `job-${n}` }));
    await harness.queue.enqueue(jobs);
    await until('all run', async () => (await harness.queue.depth()).active === 8);
    await redis.kill();
    await redis.restart();
    gate.open();
    await until('all ran', () => seen.length === 8);
    await until('it is told of', () => harness.log.lines.some(({ fields }) => /Missing/.test(JSON.stringify(fields))));
    await aWhile();
    const lines = harness.log.lines.filter(({ fields }) => /Missing/.test(JSON.stringify(fields)));
    expect(lines.length).toBeLessThanOrEqual(2);
  });

  it('a relay and a worker may start, and begin once Redis does', async () => {
    await redis.kill();
    harness.relay();
    await harness.work(record);
    await appendEach(0, 10);
    await aWhile();
    expect(seen).toEqual([]);
    await redis.restart();
    await until('all ran', () => seen.length === 10);
  });

  it('a Redis that hangs without closing its connections loses and repeats nothing', async () => {
    harness.relay();
    await harness.work(record);
    await appendEach(0, 1);
    await until('the first is done with', async () => (await harness.queue.depth()).completed === 1);
    await until('the outbox is empty', async () => (await harness.rows()) === 0);
    redis.pause();
    await appendEach(1, 20);
    await until('the relay noticed', () => harness.log.count(GONE) === 1);
    redis.resume();
    await until('all ran', () => seen.length >= 20);
    await until('the outbox is empty', async () => (await harness.rows()) === 0);
    await aWhile();
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it('whoever asks the queue is told that it is not available', async () => {
    await harness.queue.depth();
    await redis.kill();
    await expect(harness.queue.depth()).rejects.toThrow(QueueUnavailableError);
    await expect(harness.queue.enqueue([{ ...note.with({ n: 1 }), jobId: 'x' }])).rejects.toThrow(
      QueueUnavailableError,
    );
    await redis.restart();
    await until('it answers again', () =>
      harness.queue.depth().then(
        () => true,
        () => false,
      ),
    );
  });

  it('a job whose lock was lost with it is told to leave', async () => {
    const started = new Gate();
    const left = new Gate();
    await harness.work((_, { signal }) => {
      signal.addEventListener('abort', () => left.open());
      started.open();
      return left.opened;
    });
    await harness.queue.enqueue([{ ...note.with({ n: 1 }), jobId: 'lost' }]);
    await started.opened;
    await redis.kill();
    await redis.restart();
    await expect(left.opened).resolves.toBeUndefined();
  });

  it('a relay and a worker in the middle of a job can still be stopped', async () => {
    const gate = new Gate();
    const relay = harness.relay();
    const worker = await harness.work(async () => {
      gate.open();
      await aWhile();
    });
    await appendEach(0, 1);
    await gate.opened;
    await redis.kill();
    await appendEach(1, 2);
    await relay.stop();
    await worker.stop();
    expect(await harness.rows()).toBe(1);
  });
});
