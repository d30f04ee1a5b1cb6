import { EntityManager } from 'typeorm';
import { expect, it, onTestFinished, vi } from 'vitest';
import { PlanNodes } from '../../../src/features/nodes/plan-nodes.job.js';
import { startApi } from '../../support/api.js';
import { query } from '../../support/pg-query.js';
import { promote, registerVersions } from '../../support/registering.js';

const NODES = 250;
const MODELS = 10;

it('a plan for many nodes is read and written in pieces, so that no statement takes longer than one may', async () => {
  const api = await startApi();
  onTestFinished(() => api.close());
  for (let model = 1; model <= MODELS; model += 1) {
    await registerVersions(api, `m${model}`, 1);
    await promote(api, `m${model}`, 1);
  }
  await query(
    api.databaseUrl,
    `INSERT INTO nodes (name, agent, agent_version, labels, gpus, disk, registered_at, reported_at)
     SELECT 'n' || g, 'agent-number-' || g, '0', '{}', '[]',
       '{"budgetBytes": 1000, "usedBytes": 0, "freeBytes": 1000}', now(), now() FROM generate_series(1, ${NODES}) g`,
  );
  const ask = vi.spyOn(EntityManager.prototype, 'query');
  onTestFinished(() => ask.mockRestore());
  await api.app.get(PlanNodes).execute();
  const rows = await Promise.all(ask.mock.results.map(async ({ value }) => ((await value) as unknown[]).length));
  const sent = ask.mock.calls
    .flatMap(([, values]) => (Array.isArray(values) ? (values as unknown[]) : []))
    .filter((value) => typeof value === 'string' && value.startsWith('['))
    .map((value) => (JSON.parse(String(value)) as unknown[]).length);
  expect(Math.max(...rows, ...sent)).toBeLessThanOrEqual(2000);
  expect(sent.filter((count) => count <= 100)).toEqual([100, 100, 50]);

  const found = await query(
    api.databaseUrl,
    `SELECT count(*)::integer AS nodes, count(DISTINCT revision)::integer AS revisions,
       (SELECT count(*)::integer FROM newest_checks WHERE kind = 'residency') AS checks
     FROM node_plans WHERE jsonb_array_length(items) = ${MODELS} AND revision > 0`,
  );
  expect(found).toEqual([{ nodes: NODES, revisions: 1, checks: NODES * MODELS }]);
});
