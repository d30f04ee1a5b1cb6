import { describe, expect, it } from 'vitest';
import { backOffMs } from '../../../src/platform/timing/back-off.js';
import { defineJob } from '../../../src/platform/queue/define-job.js';
import { assertJob } from '../../../src/platform/queue/job.js';
import { JobHandlers } from '../../../src/platform/queue/job-handlers.js';
import { InvalidJobError } from '../../../src/platform/queue/queue-errors.js';
import { pgQueueConnection } from '../../../src/platform/queue/pg-connection.js';

const verify = defineJob<{ id: number }>('thing.verify');
const fetch = defineJob<{ id: number }>('thing.fetch');
const nothing = async (): Promise<void> => undefined;

describe('job handlers', () => {
  it('are complete when every declared job has one', () => {
    const handlers = new JobHandlers([verify, fetch]);
    handlers.handle(verify, nothing);
    handlers.handle(fetch, nothing);
    expect(() => handlers.assertComplete()).not.toThrow();
  });

  it('are incomplete when a declared job has none, and name each', () => {
    const handlers = new JobHandlers([verify, fetch]);
    expect(() => handlers.assertComplete()).toThrow('no handler for: thing.verify, thing.fetch');
  });

  it('refuse a second handler for one job', () => {
    const handlers = new JobHandlers([verify]);
    handlers.handle(verify, nothing);
    expect(() => handlers.handle(verify, nothing)).toThrow('job "thing.verify" has a handler already');
  });

  it('refuse a handler for a job that nobody declared', () => {
    expect(() => new JobHandlers([verify]).handle(fetch, nothing)).toThrow(
      'job "thing.fetch" is not declared; declared are: thing.verify',
    );
  });

  it('refuse two jobs of one name', () => {
    expect(() => new JobHandlers([verify, defineJob('thing.verify')])).toThrow('declared twice: thing.verify');
  });
});

describe('a job', () => {
  it.each([
    [{ name: '', data: {} }, 'empty name'],
    [{ name: 'x', data: [] }, 'no object'],
    [{ name: 'x', data: {}, priority: 0 }, 'priority 0; a whole number from 1 to 2097151 is needed'],
    [{ name: 'x', data: {}, priority: 1.5 }, 'priority 1.5'],
    [{ name: 'x', data: {}, delayMs: -1 }, 'delayMs -1; a whole number of milliseconds from 0 is needed'],
    [{ name: 'x', data: {}, subject: '' }, 'empty subject'],
  ])('that no queue could take is refused where it is made: %j', (job, reason) => {
    expect(() => assertJob(job)).toThrow(InvalidJobError);
    expect(() => assertJob(job)).toThrow(reason);
  });

  it('carries its name, data and options', () => {
    expect(verify.with({ id: 4 }, { priority: 5, subject: 'four' })).toEqual({
      name: 'thing.verify',
      data: { id: 4 },
      priority: 5,
      subject: 'four',
    });
  });
});

describe('the back-off', () => {
  it('doubles from try to try within its upper half, and stays below its cap', () => {
    for (let failures = 1; failures <= 2000; failures += 1) {
      const full = Math.min(5000, 100 * 2 ** (failures - 1));
      const wait = backOffMs(failures, 100, 5000);
      expect(wait).toBeGreaterThanOrEqual(full / 2);
      expect(wait).toBeLessThanOrEqual(full);
    }
  });
});

describe("the connection of the queue's PostgreSQL backend", () => {
  it("takes the URL's own options out of it, so that they do not win over the schema", () => {
    const url = 'postgres://user@host:5432/db?options=-c%20statement_timeout%3D60000&sslmode=disable';
    expect(pgQueueConnection(url, 3)).toMatchObject({
      connectionString: 'postgres://user@host:5432/db?sslmode=disable',
      options: '-c statement_timeout=60000',
      schema: 'bullmq',
      max: 3,
    });
  });
});
