import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobView } from '../../../src/contract/views.js';
import { JobQueue } from '../../../src/platform/queue/index.js';
import { startApi, type TestApi } from '../../support/api.js';
import { failJobs, ONE_ATTEMPT, UNKNOWN_JOB } from '../../support/failed-jobs.js';
import { query } from '../../support/pg-query.js';
import { until } from '../../support/queue-until.js';
import { registerVersions } from '../../support/registering.js';
import { Refusals } from './refusals.js';

const token = (text: string) => Buffer.from(text).toString('base64url');

describe('the failed jobs', () => {
  let api: TestApi;
  let refusals: Refusals;
  let ids: string[];
  beforeAll(async () => {
    api = await startApi({ jobs: true, env: ONE_ATTEMPT });
    ids = await failJobs(api, 5);
    refusals = await Refusals.of(api);
  });
  afterAll(async () => {
    await refusals.close();
    await api.close();
  });

  const list = async (search = ''): Promise<{ items: JobView[]; nextPageToken: string | null }> =>
    (await api.as('ana').get(`/v1/jobs${search}`).expect(200)).body;

  it('are listed latest first, with what they carried, why they failed, how often they were tried and when', async () => {
    const { items, nextPageToken } = await list('?state=failed');
    expect(nextPageToken).toBeNull();
    expect(items.map(({ id }) => id)).toEqual(ids.toReversed());
    expect(items[0]).toEqual({
      id: ids[4],
      name: UNKNOWN_JOB,
      lane: 'prompt',
      data: { n: 5 },
      reason: `this worker has no handler for job "${UNKNOWN_JOB}"`,
      attempts: 1,
      createdAt: expect.stringMatching(/^20\d\d-.*Z$/),
      failedAt: expect.stringMatching(/^20\d\d-.*Z$/),
    });
    expect(await list()).toEqual({ items, nextPageToken: null });
  });

  it('are paged, each shown once', async () => {
    const { items } = await list();
    const seen: JobView[] = [];
    let search = '?pageSize=2';
    for (;;) {
      const page = await list(search);
      seen.push(...page.items);
      if (page.nextPageToken === null) break;
      expect(page.items).toHaveLength(2);
      search = `?pageSize=2&pageToken=${page.nextPageToken}`;
    }
    expect(seen).toEqual(items);
  });

  it.each([
    ['state', 'waiting', /must be failed: .*\/v1\/jobs\/summary/],
    ['state', '', /must be failed/],
    ['pageSize', '501', /must be a whole number from 1 to 500/],
    ['pageToken', 'nonsense', /nextPageToken of the page before, unchanged/],
    ['pageToken', token('k:5'), /nextPageToken of the page before, unchanged/],
    ['pageToken', token('k:x/id'), /nextPageToken of the page before, unchanged/],
  ])('are not listed for a query with %s=%j', async (field, value, says) => {
    const send = (agent: ReturnType<TestApi['as']>) =>
      agent.get(`/v1/jobs?${new URLSearchParams({ [field]: value }).toString()}`);
    expect(await refusals.faults({ send, code: 'invalid-request', field, value, says })).toEqual([]);
  });

  it('are counted beside what waits and what is still in the outbox', async () => {
    const none = { waiting: 0, active: 0, delayed: 0, failed: 0, failedTotal: 0 };
    const { body } = await api.as('ana').get('/v1/jobs/summary').expect(200);
    expect(body).toEqual({
      lanes: [
        { ...none, lane: 'prompt', failed: 5, failedTotal: 5 },
        { ...none, lane: 'bulk' },
      ],
      outbox: { rows: 0, oldestSeconds: 0 },
    });
  });

  it('show in the metrics by lane and state, with all that ever failed', async () => {
    const { text } = await api.as('prometheus').get('/metrics').expect(200);
    expect(text).toMatch(/^lastgood_queue_up 1$/m);
    for (const state of ['waiting', 'active', 'delayed'])
      expect(text).toContain(`lastgood_jobs{lane="prompt",state="${state}"} 0\n`);
    expect(text).toContain('lastgood_jobs{lane="prompt",state="failed"} 5\n');
    expect(text).toContain('lastgood_jobs{lane="bulk",state="failed"} 0\n');
    expect(text).toContain('lastgood_jobs_failed_total{lane="prompt"} 5\n');
    expect(text).toMatch(/^lastgood_outbox_rows 0$/m);
  });

  it('cannot be run again under an id that there is not', async () => {
    const send = (agent: ReturnType<TestApi['as']>) => agent.post('/v1/jobs/no-such-job/retry');
    const says = /There is no job "no-such-job"\. `lastgood jobs` lists/;
    expect(await refusals.faults({ send, code: 'job-not-found', says })).toEqual([]);
  });
});

describe('a failed job', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ jobs: true, env: ONE_ATTEMPT });
  });
  afterAll(() => api.close());

  it('runs again on request once its cause is mended, and only then is done', async () => {
    await query(api.databaseUrl, 'ALTER TABLE newest_checks RENAME TO put_aside');
    await registerVersions(api, 'fraud', 1);
    const failed = async (): Promise<JobView[]> => (await api.as('ana').get('/v1/jobs').expect(200)).body.items;
    await until('the check of the version failed', async () => (await failed()).length === 1);
    const [job] = await failed();
    expect(job?.reason).toContain('newest_checks');
    const retry = () => api.as('ana').post(`/v1/jobs/${job?.id}/retry`);

    await query(api.databaseUrl, 'ALTER TABLE put_aside RENAME TO newest_checks');
    expect((await retry().expect(202)).body).toEqual({ id: job?.id, state: 'waiting' });
    const checks = async (): Promise<unknown[]> =>
      (await api.as('ana').get('/v1/models/fraud/versions/1/checks').expect(200)).body.items;
    await until('the version is checked', async () => (await checks()).length === 1);
    expect(await failed()).toEqual([]);
    await until('it is done', async () => (await api.app.get(JobQueue).depth()).active === 0);

    const { body } = await retry().expect(409);
    expect(body).toMatchObject({ code: 'job-not-failed', detail: expect.stringContaining('waits, runs or is done') });
  });
});
