import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { query } from '../../support/pg-query.js';
import { POLL } from './readiness-walk.js';
import { RegistryRows } from './registry-rows.js';

const VERSIONS = 500;
const FILES = 60;
const POINTED = 30;
const NODES = 50;
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
