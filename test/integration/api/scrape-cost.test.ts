import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { NotPassingRepository } from '../../../src/features/readiness/index.js';
import { startApi, type TestApi } from '../../support/api.js';
import { query } from '../../support/pg-query.js';
import { POLL } from './readiness-walk.js';
import { RegistryRows } from './registry-rows.js';

const VERSIONS = 500;
const FILES = 60;
const POINTED = 30;
const NODES = 50;
/** Kinds that are counted, by states that are not `present`. */
const COMBINATIONS = 30;

interface Step {
  'Index Name'?: string;
  'Actual Loops': number;
  Plans?: Step[];
}

/** How often an index was gone down, by the plan of a statement that was carried out. */
function searches(step: Step, index: string): number {
  const below = (step.Plans ?? []).reduce((sum, one) => sum + searches(one, index), 0);
  return below + (step['Index Name'] === index ? step['Actual Loops'] : 0);
}

describe('a scrape of a large registry', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
    const statements = [
      `INSERT INTO models (name, created_by) VALUES ('fraud', 'test')`,
      `INSERT INTO versions (model_id, version, digest, artifacts, image, env, serving, source, labels, metrics, created_by)
       SELECT 1, v, v, '[]', 'registry.test/serving@sha256:1', '{}', '{}', '{}', '{}', '{}', 'test'
       FROM generate_series(1, ${VERSIONS}) v`,
      `INSERT INTO aliases (model_id, name, version, soak_seconds)
       SELECT 1, 'a' || v, v, 1800 FROM generate_series(1, ${POINTED}) v`,
      `INSERT INTO newest_checks (model_id, version, kind, subject, state, evidence, duration_ms, observed_at, since)
       SELECT 1, v, 'artifact', 's' || n, 'unreachable', '{}', 1, now(), now()
       FROM generate_series(1, ${VERSIONS}) v, generate_series(1, ${FILES}) n`,
      `INSERT INTO nodes (name, agent, agent_version, labels, gpus, disk, registered_at, reported_at, followed_revision)
       SELECT 'n' || n, 'a' || n, '1', '{}', '[]', '{}', now(), now() + interval '1 hour', 9
       FROM generate_series(1, ${NODES}) n`,
      `INSERT INTO node_residency (node, model_id, version, state, weights, since)
       SELECT 'n' || n, 1, v, 'resident', '{}', now()
       FROM generate_series(1, ${NODES}) n, generate_series(1, ${VERSIONS}) v`,
      // The last version came onto each list with a revision that nobody follows yet.
      `INSERT INTO node_plans (node, revision, items, seen)
       SELECT 'n' || n, 10, (SELECT jsonb_agg(jsonb_build_object(
           'modelId', 1, 'version', v, 'fits', true, 'listedIn', CASE v WHEN ${VERSIONS} THEN 10 ELSE 5 END))
         FROM generate_series(1, ${VERSIONS}) v), '{}'
       FROM generate_series(1, ${NODES}) n`,
      'ANALYZE',
    ];
    for (const sql of statements) await query(api.databaseUrl, sql);
  });
  afterAll(() => api.close());

  it('counts what lies on many nodes with long plans within the time that a statement has', async () => {
    const counted = async (state: string): Promise<string | undefined> => {
      const { text } = await api.as('prometheus').get('/metrics').expect(200);
      return new RegExp(`^lastgood_residency\\{state="${state}"\\} (.*)$`, 'm').exec(text)?.[1];
    };
    await expect.poll(() => counted('resident'), POLL).toBe(String(NODES * (VERSIONS - 1)));
    await expect.poll(() => counted('pending'), POLL).toBe(String(NODES));
  });

  it('goes through the aliases only for the kinds and states that there are, while a store is away', async () => {
    const source = api.app.get(DataSource);
    const asked = vi.spyOn(source, 'query');
    const counts = await api.app.get(NotPassingRepository).counts();
    const [notPresent] = asked.mock.calls;
    asked.mockRestore();
    expect(counts).toEqual([{ kind: 'artifact', state: 'unreachable', count: POINTED * FILES }]);
    const [sql = '', values] = notPresent ?? [];
    const [row]: { 'QUERY PLAN': [{ Plan: Step }] }[] = await source.query(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
      values,
    );
    const plan = row?.['QUERY PLAN'][0].Plan;
    if (plan === undefined) throw new Error('there is no plan');
    expect(searches(plan, 'newest_checks_not_present')).toBeLessThanOrEqual(COMBINATIONS + POINTED);
  });

  it('does not wait for a count that waits, and is answered without it', async () => {
    const holder = await RegistryRows.of(api.databaseUrl);
    onTestFinished(() => holder.close());
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE node_residency');
    const { text } = await api.as('prometheus').get('/metrics').expect(200);
    const waits = `SELECT FROM pg_locks WHERE relation = 'node_residency'::regclass AND NOT granted`;
    expect(await holder.query(waits)).toHaveLength(1);
    expect(text).not.toMatch(/^lastgood_residency\{/m);
    expect(text).toMatch(/^lastgood_checks_overdue_seconds 0$/m);
  });
});
