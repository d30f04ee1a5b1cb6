import { afterEach, expect, it } from 'vitest';
import { Transactions } from '../../src/platform/database/transactions.js';
import { DueRoundsRepository } from '../../src/features/checks/due-rounds.repository.js';
import { RoundRepository } from '../../src/features/checks/index.js';
import { age, modelId, see } from '../integration/api/readiness-walk.js';
import { startApi, type TestApi } from '../support/api.js';
import { query } from '../support/pg-query.js';
import { promote, registerVersions } from '../support/registering.js';
import { scrape } from '../support/scrape.js';

let api: TestApi;
afterEach(() => api.close());

const OVERDUE = 'lastgood_checks_overdue_seconds';
const notPassing = (kind: string, outcome: string): string =>
  `lastgood_checks_not_passing{kind="${kind}",outcome="${outcome}"}`;

async function metric(name: string): Promise<number> {
  const text = await scrape(api, name);
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length) ?? Number.NaN);
}

/** A model with two versions, the first its rollback target, where no worker runs. */
async function served(): Promise<number> {
  api = await startApi();
  await registerVersions(api, 'fraud', 2);
  await promote(api, 'fraud', 1);
  await promote(api, 'fraud', 2);
  return modelId(api, 'fraud');
}

/** Lets time pass for all that is known of when versions were registered, moved and looked at. */
async function pass(seconds: number): Promise<void> {
  const earlier = (column: string): string => `${column} = ${column} - interval '${seconds} seconds'`;
  const statements = [
    'ALTER TABLE versions DISABLE TRIGGER USER',
    `UPDATE versions SET ${earlier('created_at')}`,
    `UPDATE aliases SET ${earlier('live_since')}`,
    `UPDATE check_rounds SET ${['due_at', 'picked_at', 'completed_at'].map(earlier).join(', ')}`,
  ];
  for (const sql of statements) await query(api.databaseUrl, sql);
}

/** What a scheduler does whose jobs nobody runs. */
const pick = () => {
  const due = api.app.get(DueRoundsRepository);
  return api.app.get(Transactions).run((transaction) => due.pick(transaction));
};

/** A whole look at a version, as the job that makes it notes it. */
async function look(id: number, version: number): Promise<void> {
  const rounds = api.app.get(RoundRepository);
  const key = { modelId: id, version };
  const round = await rounds.begin(key, 'look', version === 1 ? 'target' : 'live');
  await rounds.complete(key, 'look', round, version === 1 ? 'target' : 'live');
}

it('a look that nobody makes is overdue for as long as nobody makes it, however often a job is made for it', async () => {
  const id = await served();
  await look(id, 1);
  await look(id, 2);
  expect(await metric(OVERDUE)).toBe(0);
  for (const since of [3600, 7200]) {
    await pass(3600);
    await pick();
    expect(await metric(OVERDUE)).toBeGreaterThan(since - 400);
  }
  await look(id, 2);
  expect(await metric(OVERDUE)).toBeGreaterThan(6800); // the target's look is still missing
  await look(id, 1);
  expect(await metric(OVERDUE)).toBe(0);
});

it('what was moved is overdue also where no worker ever ran, and counts from its move', async () => {
  await served();
  expect(await metric(OVERDUE)).toBe(0);
  await pass(3600);
  expect(await metric(OVERDUE)).toBeGreaterThan(3200);
});

it('a version that was looked at a week ago is not overdue in the moment in which an alias moves to it', async () => {
  const id = await served();
  await look(id, 1);
  await look(id, 2);
  await pass(7 * 86_400);
  await look(id, 1);
  await query(api.databaseUrl, `UPDATE aliases SET live_since = now() WHERE version = 2`);
  expect(await metric(OVERDUE)).toBe(0);
});

it('a look at many files that gets ahead is not overdue before it stands still', async () => {
  const id = await served();
  const rounds = api.app.get(RoundRepository);
  const key = { modelId: id, version: 1 };
  await look(id, 1);
  await look(id, 2);
  const round = await rounds.begin(key, 'look', 'target');
  await pass(3600);
  await look(id, 2);
  expect(await metric(OVERDUE)).toBeGreaterThan(3200);
  expect(await rounds.advance(key, 'look', round, 100)).not.toBeNull();
  expect(await metric(OVERDUE)).toBe(0);
  await pass(660);
  await look(id, 2);
  expect(await metric(OVERDUE)).toBeGreaterThan(3800);
});

it('nothing is overdue where looks are not made on a schedule', async () => {
  api = await startApi({ env: { LASTGOOD_CHECK_LOOK_SECONDS: '0' } });
  await registerVersions(api, 'fraud', 1);
  await promote(api, 'fraud', 1);
  await pass(86_400);
  expect(await metric(OVERDUE)).toBe(0);
});

it.each([
  ['artifact', 'present'],
  ['artifact', 'missing'],
  ['env', 'present'],
  ['content', 'present'],
  ['pin', 'present'],
  ['pin', 'forbidden'],
] as const)('a check that nobody renews, of %s and once %s, becomes unknown', async (kind, state) => {
  const id = await served();
  await see(api, 'fraud', { version: 1, kind, state, subject: 'thing' });
  await query(api.databaseUrl, `INSERT INTO pins (subject, hash, checked_at) VALUES ('thing', '\\x00', now())`);
  await query(api.databaseUrl, `INSERT INTO pin_needs SELECT ${id}, 1, id FROM pins`);
  await look(id, 1);
  const rounds = api.app.get(RoundRepository);
  const key = { modelId: id, version: 1 };
  await rounds.complete(key, 'deep', await rounds.begin(key, 'deep', 'target'), 'target');
  expect(await metric(notPassing(kind, 'unknown'))).toBe(0);
  expect(await metric(notPassing(kind, 'fail'))).toBe(state === 'present' ? 0 : 1);
  const days = 4 * 86_400;
  await age(api, 'fraud', days);
  await pass(days);
  await query(api.databaseUrl, `UPDATE pins SET checked_at = now() - interval '${days} seconds'`);
  expect(await metric(notPassing(kind, 'unknown'))).toBe(1);
  expect(await metric(notPassing(kind, 'fail'))).toBe(0);
});

it('many checks in one state do not hide one in another', async () => {
  const id = await served();
  await query(
    api.databaseUrl,
    `INSERT INTO newest_checks (model_id, version, kind, subject, state, evidence, duration_ms, observed_at, since)
     SELECT ${id}, 1, 'artifact', 'a' || n, 'unreachable', '{}', 1, now(), now() FROM generate_series(1, 10001) AS n`,
  );
  for (const kind of ['artifact', 'pin'] as const)
    await see(api, 'fraud', { version: 2, kind, state: 'missing', subject: 'z' });
  expect(await metric(notPassing('artifact', 'unknown'))).toBe(10_000);
  expect(await metric(notPassing('artifact', 'fail'))).toBe(1);
  expect(await metric(notPassing('pin', 'fail'))).toBe(1);
});
