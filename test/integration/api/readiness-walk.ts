import { expect } from 'vitest';
import type { ReadinessItemView, ReadinessView } from '../../../src/contract/views.js';
import { CheckRepository, type Observation } from '../../../src/features/checks/index.js';
import { JobQueue } from '../../../src/platform/queue/index.js';
import type { TestApi } from '../../support/api.js';
import { query } from '../../support/pg-query.js';

export const POLL = { timeout: 60_000, interval: 50 };

/** The readiness of an alias. */
export async function readinessOf(api: TestApi, model: string, alias = 'production'): Promise<ReadinessView> {
  const { body } = await api.as('ana').get(`/v1/models/${model}/aliases/${alias}/readiness`).expect(200);
  return body as ReadinessView;
}

/** One line of its checklist. */
export async function itemOf(
  api: TestApi,
  model: string,
  name: ReadinessItemView['name'],
): Promise<ReadinessItemView | undefined> {
  return (await readinessOf(api, model)).checklist.find((item) => item.name === name);
}

/** Waits until the alias has that verdict, and gives the answer that had it. */
export async function untilVerdict(api: TestApi, model: string, verdict: string): Promise<ReadinessView> {
  await expect.poll(async () => (await readinessOf(api, model)).verdict, POLL).toBe(verdict);
  return readinessOf(api, model);
}

export async function modelId(api: TestApi, model: string): Promise<number> {
  const [row] = (await query(api.databaseUrl, `SELECT id FROM models WHERE name = '${model}'`)) as { id: number }[];
  return row?.id ?? 0;
}

/** Records that something was seen just now, as the job that looks at it would. */
export async function see(
  api: TestApi,
  model: string,
  seen: Pick<Observation, 'version' | 'kind' | 'subject'> & Partial<Observation>,
): Promise<void> {
  const base = { modelId: await modelId(api, model), state: 'present', evidence: {}, durationMs: 1 } as const;
  await api.app.get(CheckRepository).record([{ ...base, observedAt: new Date(), ...seen }]);
}

/** Waits until nobody is about to look at the model any more: no round is due or under way, and no job waits or runs. */
export async function untilNobodyLooks(api: TestApi, model: string): Promise<void> {
  const id = await modelId(api, model);
  const isQuiet = async (): Promise<boolean> => {
    const rows = await query(
      api.databaseUrl,
      `SELECT 1 FROM outbox WHERE available_at <= now()
       UNION ALL SELECT 1 FROM check_rounds WHERE model_id = ${id} AND (picked_at IS NOT NULL OR due_at <= now())`,
    );
    const { waiting, active } = await api.app.get(JobQueue).depth();
    return (rows as object[]).length + waiting + active === 0;
  };
  // Twice, since a job that ends between two of the questions may have left another one behind.
  await expect.poll(async () => (await isQuiet()) && (await isQuiet()), POLL).toBe(true);
}

/** Makes what was seen of a model so much older, as if nobody had looked since. */
export async function age(api: TestApi, model: string, seconds: number, kind = '%'): Promise<void> {
  const id = await modelId(api, model);
  await query(
    api.databaseUrl,
    `UPDATE newest_checks SET observed_at = observed_at - interval '${seconds} seconds'
     WHERE model_id = ${id} AND kind LIKE '${kind}'`,
  );
}
