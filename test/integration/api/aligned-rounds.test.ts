import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DueRoundsRepository } from '../../../src/features/checks/due-rounds.repository.js';
import { startApi, type TestApi } from '../../support/api.js';
import { until } from '../../support/queue-until.js';
import { promote, registerVersions } from '../../support/registering.js';
import { RegistryRows } from './registry-rows.js';

const WAITING = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

let api: TestApi;
let rows: RegistryRows;
beforeAll(async () => {
  api = await startApi();
  rows = await RegistryRows.of(api.databaseUrl);
  await registerVersions(api, 'fraud', 5);
  for (const version of [4, 2, 5, 1, 3]) await promote(api, 'fraud', version, `alias-${version}`);
  await rows.query('UPDATE check_rounds SET urgency = 4');
});
afterAll(async () => {
  await rows.close();
  await api.close();
});

// The order in which a request for checks takes the rounds of its version: if each waited for what the other has, one of
// the two would fail.
it('rounds are put at their place in the order of versions, and of each the reading before the look', async () => {
  const dataSource = api.app.get(DataSource);
  let aligned: Promise<boolean> | undefined;
  const free = await dataSource.transaction(async (request) => {
    await request.query(`SELECT FROM check_rounds WHERE version = 3 AND depth = 'look' FOR UPDATE`);
    aligned = dataSource.transaction((manager) => api.app.get(DueRoundsRepository).align(manager));
    await until('it waits for the request', async () => (await rows.query(WAITING)).length > 0);
    const taken: { round: string }[] = await request.query(
      `SELECT version || ' ' || depth AS round FROM check_rounds FOR UPDATE SKIP LOCKED`,
    );
    return taken.map(({ round }) => round).toSorted();
  });
  expect(free).toEqual(['3 look', '4 deep', '4 look', '5 deep', '5 look']);
  await aligned;
  expect(await rows.query('SELECT FROM check_rounds WHERE urgency = 4')).toEqual([]);
});
