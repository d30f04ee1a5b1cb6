import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JobQueue } from '../../../src/platform/queue/index.js';
import { startApi, type TestApi } from '../../support/api.js';
import { failJobs, ONE_ATTEMPT, UNKNOWN_JOB } from '../../support/failed-jobs.js';
import { until } from '../../support/queue-until.js';
import { cliOf, document } from './local-model.js';

let api: TestApi;
let cli: ReturnType<typeof cliOf>;
beforeAll(async () => {
  api = await startApi({ jobs: true, env: ONE_ATTEMPT });
  cli = cliOf(api);
});
afterAll(() => api.close());

/** The failed jobs, after each that was run again failed again, so that the next look finds all of them. */
async function failedAgain(times: number): Promise<number> {
  const queue = api.app.get(JobQueue);
  await until('all failed again', async () => (await queue.depth()).failedTotal === times);
  return (await queue.depth()).failed;
}

describe('a person at the terminal', () => {
  it('is told plainly when no job failed, and what waits', async () => {
    const result = await cli(['jobs']);
    expect(result).toMatchObject({ code: 0, err: '' });
    // The registry's own upkeep may be under way at any time.
    expect(result.out.split('\n')).toEqual([
      'No failed jobs.',
      '',
      expect.stringMatching(/^prompt {3}\d+ waiting, \d+ running, 0 delayed, 0 failed$/),
      expect.stringMatching(/^bulk {5}\d+ waiting, \d+ running, 0 delayed, 0 failed$/),
      expect.stringMatching(/^outbox {3}\d+ jobs? on the way into the queue/),
    ]);
    expect((await cli(['jobs', 'retry', '--all'])).out).toBe('No failed jobs.');
  });

  it('sees which failed, what about, when and why, and how to run them again', async () => {
    const ids = await failJobs(api, 3);
    const result = await cli(['jobs']);
    const [head, ...rows] = result.out.split('\n');
    expect(head).toMatch(/^ID +JOB +ABOUT +LANE +FAILED +TRIES +REASON$/);
    const about = new RegExp(
      `${UNKNOWN_JOB} +n=3 +prompt +(just now|\\d+ seconds? ago) +1 +this worker has no handler`,
    );
    expect(rows[0]).toMatch(about);
    expect(rows.slice(0, 3).map((row) => row.split(' ')[0])).toEqual(ids.toReversed());
    expect(result.out).toContain('prompt   0 waiting, 0 running, 0 delayed, 3 failed');
    expect(result.err).toBe('To run them again once the cause is mended: lastgood jobs retry --all');
    const two = await cli(['jobs', '--limit', '2']);
    expect(two.err).toContain('There are older ones: --limit shows more than 2.');
  });

  it('runs one again, and all', async () => {
    const { items } = document(await cli(['jobs', '--json'])) as { items: { id: string }[] };
    const id = items[0]?.id ?? '';
    expect(await cli(['jobs', 'retry', id])).toMatchObject({ code: 0, out: `${id} will run again.` });
    expect(await failedAgain(4)).toBe(3);
    expect(await cli(['jobs', 'retry', '--all'])).toMatchObject({ code: 0, out: '3 jobs will run again.' });
    expect(await failedAgain(7)).toBe(3);
  });

  it('is told what to do where there is no such job, and where none is named', async () => {
    const unknown = await cli(['jobs', 'retry', 'no-such-job']);
    expect(unknown.code).toBe(4);
    expect(unknown.err).toMatch(/^error: No such job\n[^]*\ntry: lastgood jobs$/);
    for (const args of [[], ['some-id', '--all']]) {
      const result = await cli(['jobs', 'retry', ...args]);
      expect(result.code).toBe(2);
      expect(result.err).toContain('Name one job, or say --all.');
    }
  });
});

describe('a program', () => {
  it('gets the failed jobs and the numbers as one document', async () => {
    const result = await cli(['jobs', '--json', '--limit', '2']);
    expect(result).toMatchObject({ code: 0, err: '' });
    expect(document(result)).toMatchObject({
      items: [{ name: UNKNOWN_JOB }, { name: UNKNOWN_JOB }],
      more: true,
      summary: { lanes: [{ lane: 'prompt', failed: 3 }, { lane: 'bulk' }], outbox: { rows: expect.any(Number) } },
    });
  });

  it('gets the ids that will run again', async () => {
    const { items } = document(await cli(['jobs', '--json'])) as { items: { id: string }[] };
    const { retried } = document(await cli(['jobs', 'retry', '--all', '--json'])) as { retried: string[] };
    expect(retried).toEqual(items.map(({ id }) => id));
    await failedAgain(10);
  });
});
