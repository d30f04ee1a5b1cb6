import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RegistryRows } from '../integration/api/registry-rows.js';
import { startApi, type TestApi } from '../support/api.js';
import { promote } from '../support/registering.js';
import { layMany, registerInVersions, storeEnv } from './crowd.js';

const OBJECTS = 10_000;
const IN_EACH = 1_000;
const OF_TARGET = 20;
const UNDER_WAY = 300;
const LONG = 900_000;
const POLL = { timeout: 300_000, interval: 100 };

describe('a sweep of ten thousand objects', () => {
  let api: TestApi;
  let rows: RegistryRows;
  beforeAll(async () => {
    // The store is asked as fast as it answers, so that only the order of things can let the target through.
    const env = { ...storeEnv(), LASTGOOD_STORE_REQUESTS_PER_SECOND: '0', LASTGOOD_CHECK_DEEP_SECONDS: '0' };
    api = await startApi({ jobs: true, env });
    rows = await RegistryRows.of(api.databaseUrl);
    const prefix = randomBytes(6).toString('hex');
    const [crowd, needed] = [await layMany(`${prefix}/crowd`, OBJECTS), await layMany(`${prefix}/hot`, 2 * OF_TARGET)];
    await registerInVersions(api, 'crowd', crowd, IN_EACH);
    await registerInVersions(api, 'hot', needed, OF_TARGET);
    await promote(api, 'hot', 1);
  }, LONG);
  afterAll(async () => {
    await rows?.close();
    await api?.close();
  });

  /** The observations of a model after a row of the history: how many, of how many subjects, and the last row. */
  const seen = async (model: string, after: number, version: number | null = null) => {
    const [row] = await rows.query<{ count: number; subjects: number; last: number }>(
      `SELECT count(*)::int AS count, count(DISTINCT subject)::int AS subjects, coalesce(max(id), 0)::int AS last
       FROM checks WHERE kind = 'artifact' AND state = 'present' AND id > $2 AND coalesce(version = $3, true)
         AND model_id = (SELECT id FROM models WHERE name = $1)`,
      [model, after, version],
    );
    return row ?? { count: 0, subjects: 0, last: 0 };
  };
  const underWay = async (model: string) => {
    const sql = `SELECT FROM check_rounds WHERE depth = 'look' AND picked_at IS NOT NULL
                 AND model_id = (SELECT id FROM models WHERE name = $1)`;
    return (await rows.query(sql, [model])).length;
  };

  it(
    'lets the check of a rollback target that was just set pass, and leaves none of its own out',
    async () => {
      await expect.poll(async () => (await seen('crowd', 0)).subjects, POLL).toBe(OBJECTS);
      await expect.poll(async () => (await seen('hot', 0)).subjects, POLL).toBe(2 * OF_TARGET);
      await expect.poll(() => underWay('crowd'), POLL).toBe(0);
      const begin = Math.max((await seen('crowd', 0)).last, (await seen('hot', 0)).last);
      await rows.query(
        `UPDATE check_rounds SET due_at = now() WHERE depth = 'look'
         AND model_id = (SELECT id FROM models WHERE name = 'crowd')`,
      );
      await expect.poll(async () => (await seen('crowd', begin)).count, POLL).toBeGreaterThan(UNDER_WAY);
      const before = await seen('crowd', begin);

      await promote(api, 'hot', 2);
      await expect.poll(async () => (await seen('hot', before.last, 1)).subjects, POLL).toBe(OF_TARGET);
      const { last } = await seen('hot', before.last, 1);
      const [row] = await rows.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM checks
         WHERE id > $1 AND id < $2 AND model_id = (SELECT id FROM models WHERE name = 'crowd')`,
        [begin, last],
      );
      const count = row?.count ?? OBJECTS;
      console.log(
        `${before.count} of ${OBJECTS} objects had been swept at the move, ${count} when its target was checked`,
      );
      expect(count).toBeLessThan(OBJECTS / 2);

      await expect.poll(async () => (await seen('crowd', begin)).subjects, POLL).toBe(OBJECTS);
      await expect.poll(() => underWay('crowd'), POLL).toBe(0);
      expect((await seen('crowd', begin)).count).toBe(OBJECTS);
    },
    LONG,
  );
});
