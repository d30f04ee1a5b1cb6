import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckView, Page } from '../../../src/contract/views.js';
import { CheckHistoryRepository } from '../../../src/features/checks/check-history.repository.js';
import { CheckRepository } from '../../../src/features/checks/check.repository.js';
import { PruneHistory } from '../../../src/features/checks/prune-history.job.js';
import { nestLog } from '../../../src/platform/telemetry/structured-log.js';
import { startApi, type TestApi } from '../../support/api.js';
import { until } from '../../support/queue-until.js';
import { registerVersions } from '../../support/registering.js';
import { RegistryRows } from './registry-rows.js';

const POLL = { timeout: 60_000, interval: 50 };
const DAY = 86_400_000;

describe('the history of checks', () => {
  let api: TestApi;
  let rows: RegistryRows;
  let checks: CheckRepository;
  beforeAll(async () => {
    api = await startApi({ jobs: true });
    rows = await RegistryRows.of(api.databaseUrl);
    checks = api.app.get(CheckRepository);
    await registerVersions(api, 'fraud', 2);
    await until('it was looked at', async () => (await history('fraud/versions/1')).items.length === 1);
    await until('the other, too', async () => (await history('fraud/versions/2')).items.length === 1);
  });
  afterAll(async () => {
    await rows.close();
    await api.close();
  });

  const history = async (version: string, query: Record<string, string> = {}) => {
    const { body } = await api.as('ana').get(`/v1/models/${version}/checks/history`).query(query).expect(200);
    return body as Page<CheckView>;
  };
  const observe = (kind: 'artifact' | 'image' | 'env', subject: string, state: CheckView['state'], daysAgo = 0) =>
    checks.record([
      {
        modelId: 1,
        version: 2,
        kind,
        subject,
        state,
        evidence: { daysAgo },
        durationMs: 1,
        observedAt: new Date(Date.now() - daysAgo * DAY),
      },
    ]);

  it('grows with each check that somebody asks for, newest first', async () => {
    const ask = () => api.as('ana').post('/v1/models/fraud/versions/v1/checks').expect(202);
    expect((await ask()).body).toMatchObject({ version: 1, deep: false });
    await expect.poll(async () => (await history('fraud/versions/1')).items.length, POLL).toBe(2);
    await mkdir(join(api.dataDir, 'artifacts'), { recursive: true });
    const file = join(api.dataDir, 'artifacts', 'model-1.onnx');
    await writeFile(file, 'hello model');
    // Older than the registration: else its bytes would be read, which are not those that were registered.
    await utimes(file, 1, 1);
    await ask();
    await expect
      .poll(async () => (await history('fraud/versions/1')).items.map(({ state }) => state), POLL)
      .toEqual(['present', 'missing', 'missing']);
    await rm(file);
    const [newest] = (await history('fraud/versions/1')).items;
    expect(newest).toMatchObject({ version: 1, kind: 'artifact', evidence: { size: 11 }, since: null });
  });

  it('is read page by page, whatever is filtered, and nothing is left out or told twice', async () => {
    const told: string[] = [];
    for (let n = 0; n < 12; n += 1) {
      await observe(n % 2 ? 'image' : 'env', n % 3 ? 'one' : 'other', n % 4 ? 'present' : 'missing');
      told.unshift([n % 2 ? 'image' : 'env', n % 3 ? 'one' : 'other', n % 4 ? 'present' : 'missing'].join());
    }
    const filters: Record<string, string>[] = [
      { kind: 'env' },
      { state: 'missing' },
      { subject: 'one' },
      { kind: 'image', subject: 'other' },
    ];
    for (const filter of filters) {
      const wanted = told.filter((line) => Object.values(filter).every((part) => line.split(',').includes(part)));
      const seen: string[] = [];
      let pageToken: string | null = null;
      do {
        const token: Record<string, string> = pageToken === null ? {} : { pageToken };
        const page: Page<CheckView> = await history('fraud/versions/2', { ...filter, pageSize: '2', ...token });
        seen.push(...page.items.map(({ kind, subject, state }) => [kind, subject, state].join()));
        pageToken = page.nextPageToken;
      } while (pageToken !== null);
      expect(seen.filter((line) => !line.startsWith('artifact'))).toEqual(wanted);
    }
  });

  it('refuses what it cannot filter by, and versions that are not there', async () => {
    const at = '/v1/models/fraud/versions/1/checks/history';
    const { body } = await api.as('ana').get(at).query({ kind: 'weights', state: 'gone' }).expect(400);
    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(['kind', 'state']);
    await api.as('ana').get(at).query({ pageToken: 'x' }).expect(400);
    await api.as('ana').get('/v1/models/fraud/versions/9/checks/history').expect(404);
    await api.as('ana').post('/v1/models/fraud/versions/9/checks').expect(404);
    await api.as('ana').post('/v1/models/fraud/versions/1/checks').send({ deep: 'yes' }).expect(400);
  });

  it('costs the same for a rare state among very many others', async () => {
    await rows.query(
      `INSERT INTO checks (model_id, version, kind, subject, state, evidence, duration_ms, observed_at)
       SELECT 1, 2, 'content', 'x' || n % 10, 'present', '{}', 1, now() FROM generate_series(1, 60000) n`,
    );
    await rows.query('VACUUM ANALYZE checks');
    const manager = api.app.get(CheckHistoryRepository);
    const filter = { kinds: ['artifact', 'content', 'image', 'env', 'config', 'pin'], subject: null };
    const read = async () => {
      const [row] = await rows.query<{ n: number }>(
        `SELECT (seq_tup_read + idx_tup_fetch)::int AS n FROM pg_stat_user_tables WHERE relname = 'checks'`,
      );
      return row?.n ?? 0;
    };
    const settled = async () => {
      await rows.query('SELECT pg_stat_force_next_flush()');
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return read();
    };
    const before = await settled();
    expect(
      await manager.list({ modelId: 1, version: 2 }, { ...filter, states: ['missing'] }, { size: 50, before: null }),
    ).toHaveLength(4);
    expect((await settled()) - before).toBeLessThan(1000);
  });

  it('loses what is older than it is kept, but never the newest of a subject', async () => {
    await rows.query('DELETE FROM checks');
    await rows.query('DELETE FROM newest_checks');
    await observe('artifact', 'gone quiet', 'present', 120);
    await observe('artifact', 'gone quiet', 'missing', 100);
    await observe('artifact', 'watched', 'present', 100);
    await observe('artifact', 'watched', 'present', 80);
    await observe('artifact', 'watched', 'present', 0);
    // Such as what lay on a node that was removed: nothing is known of it now.
    await observe('env', 'forgotten', 'present', 95);
    await observe('env', 'forgotten lately', 'present', 5);
    await rows.query(`DELETE FROM newest_checks WHERE subject LIKE 'forgotten%'`);
    const job = api.app.get(PruneHistory);
    await job.execute({ signal: new AbortController().signal, log: nestLog('test') });
    const { items } = await history('fraud/versions/2');
    expect(items.map(({ subject, evidence }) => [subject, evidence['daysAgo']])).toEqual([
      ['forgotten lately', 5],
      ['watched', 0],
      ['watched', 80],
      ['gone quiet', 100],
    ]);
  });
});
