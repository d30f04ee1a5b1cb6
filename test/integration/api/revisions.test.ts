import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions } from '../../support/registering.js';
import { RegistryRows } from './registry-rows.js';

const ALIASES = ['a', 'b', 'c', 'd', 'e', 'f'];
const ROUNDS = 10;

describe('revisions', () => {
  let one: TestApi;
  let other: TestApi;
  let rows: RegistryRows;
  beforeAll(async () => {
    one = await startApi();
    other = await startApi({ databaseUrl: one.databaseUrl });
    rows = await RegistryRows.of(one.databaseUrl);
    for (const model of ['fraud', 'loan']) await registerVersions(one, model, 3);
  });
  afterAll(async () => {
    await rows.close();
    await other.close();
    await one.close();
  });

  const after = async (revision: number) =>
    (
      await rows.query<{ revision: string }>('SELECT revision FROM alias_history WHERE revision > $1 ORDER BY 1', [
        revision,
      ])
    ).map((row) => Number(row.revision));

  /** Moves every alias of both models on and on, all at once, through two replicas. */
  const moveAll = () =>
    Promise.all(
      ['fraud', 'loan'].flatMap((model, m) =>
        ALIASES.map(async (alias, a) => {
          for (let round = 0; round < ROUNDS; round += 1)
            await promote((m + a) % 2 === 0 ? one : other, model, (round % 3) + 1, alias);
        }),
      ),
    );

  it('come in the order of commits: who reads on from the last one it saw misses none and sees none late', async () => {
    const start = await rows.revision();
    const still = { moving: true };
    const moves = moveAll().finally(() => {
      still.moving = false;
    });
    const seen: number[] = [];
    const torn: unknown[] = [];
    while (still.moving) {
      seen.push(...(await after(seen.at(-1) ?? start)));
      const [state] = await rows.query<{ value: string; newest: string }>(
        'SELECT value, (SELECT max(revision) FROM alias_history) AS newest FROM registry_revision',
      );
      if (state && state.newest !== null && state.value !== state.newest) torn.push(state);
    }
    await moves;
    seen.push(...(await after(seen.at(-1) ?? start)));
    expect(seen).toEqual(await after(start));
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThan(2 * ALIASES.length * ROUNDS);
    // What the counter says is there is there, in every state that anybody can see.
    expect(torn).toEqual([]);
  });

  it('have no gaps, and each alias is at its newest', async () => {
    const all = await after(0);
    expect(all).toEqual(Array.from({ length: all.length }, (_, index) => index + 1));
    const behind = await rows.query(
      `SELECT a.name FROM aliases a
       WHERE a.revision <> (SELECT max(revision) FROM alias_history h WHERE h.model_id = a.model_id AND h.alias = a.name)`,
    );
    expect(behind).toEqual([]);
  });

  it('tell times apart as they tell moves apart, for each alias', async () => {
    const backwards = await rows.query(
      `SELECT FROM (SELECT at, lag(at) OVER (PARTITION BY model_id, alias ORDER BY revision) AS before FROM alias_history) h
       WHERE at < before`,
    );
    expect(backwards).toEqual([]);
  });

  it('are the same on both replicas after all moves', async () => {
    for (const model of ['fraud', 'loan'])
      for (const alias of ALIASES) {
        const path = `/v1/models/${model}/aliases/${alias}/resolve`;
        const { body: truth } = await one.as('ana').get(`${path}?consistency=strong`).expect(200);
        for (const replica of [one, other])
          await expect.poll(async () => (await replica.as('ana').get(path)).body, { timeout: 60_000 }).toEqual(truth);
      }
  });
});
