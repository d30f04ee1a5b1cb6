import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AskedRoundsRepository } from '../../../src/features/checks/asked-rounds.repository.js';
import { DueRoundsRepository } from '../../../src/features/checks/due-rounds.repository.js';
import { RoundRepository } from '../../../src/features/checks/round.repository.js';
import { startApi, type TestApi } from '../../support/api.js';
import { registerVersions } from '../../support/registering.js';
import { RegistryRows } from './registry-rows.js';

const KEY = { modelId: 1, version: 1 };

describe('a round that is asked for', () => {
  let api: TestApi;
  let rows: RegistryRows;
  let rounds: RoundRepository;
  let asked: AskedRoundsRepository;
  beforeAll(async () => {
    api = await startApi();
    rows = await RegistryRows.of(api.databaseUrl);
    rounds = api.app.get(RoundRepository);
    asked = api.app.get(AskedRoundsRepository);
    await registerVersions(api, 'fraud', 1);
  });
  afterAll(async () => {
    await rows.close();
    await api.close();
  });
  beforeEach(async () => {
    await rows.query('DELETE FROM check_rounds');
    await rows.query('DELETE FROM outbox');
  });

  const pick = () => api.app.get(DataSource).transaction((manager) => api.app.get(DueRoundsRepository).pick(manager));
  const pass = (seconds: number) =>
    rows.query(`UPDATE check_rounds SET due_at = due_at - $1 * interval '1 second'`, [seconds]);
  const ask = async (deep: boolean) => {
    const path = '/v1/models/fraud/versions/1/checks';
    return (await api.as('ana').post(path).send({ deep }).expect(202)).body.rounds as { look: number; deep: number };
  };
  const jobs = async () =>
    (await rows.query<{ name: string }>('SELECT name FROM outbox ORDER BY name')).map((r) => r.name);
  const ahead = async (to: number) => {
    const round = await rounds.underWay(KEY, 'look');
    return rounds.advance(KEY, 'look', round ?? { turn: -1, position: -1 }, to);
  };

  it('stays with the prompt job that has it, and another look follows it at once', async () => {
    expect(await asked.take(KEY, null, 'a')).toEqual({ turn: 1, position: 0 });
    await ahead(7);
    expect(await asked.take(KEY, 'live', 'b')).toBeNull();
    expect(await asked.take(KEY, 'live', 'c')).toBeNull();
    const round = await ahead(9);
    expect(round).toEqual({ turn: 1, position: 9 });
    const next = await rounds.complete(KEY, 'look', round ?? { turn: 0, position: 0 }, 'live');
    expect(next).toEqual({ turn: 2, position: 0 });
    expect(await rounds.complete(KEY, 'look', { turn: 2, position: 0 }, 'live')).toBeNull();
    expect(await rounds.all(KEY)).toMatchObject({ look: { turn: 2, completedTurn: 2, underWay: false } });
  });

  it('is gone on with by its own job that is run again, as after a killed worker', async () => {
    await asked.take(KEY, null, 'a');
    await ahead(7);
    expect(await asked.take(KEY, null, 'a')).toEqual({ turn: 1, position: 7 });
    const next = await rounds.complete(KEY, 'look', { turn: 1, position: 7 }, null);
    expect(next).toBeNull();
  });

  it('is gone on with by the next prompt job where its own fell silent, without losing what was done', async () => {
    await asked.take(KEY, null, 'a');
    await ahead(7);
    await pass(121);
    expect(await asked.take(KEY, null, 'b')).toEqual({ turn: 1, position: 7 });
    expect(await rounds.complete(KEY, 'look', { turn: 1, position: 7 }, null)).toEqual({ turn: 2, position: 0 });
  });

  it('is taken from a sweep, and begins anew', async () => {
    await ask(false);
    await pass(600);
    expect(await pick()).toHaveLength(1);
    await ahead(7);
    expect(await asked.take(KEY, null, 'a')).toEqual({ turn: 2, position: 0 });
    expect(await ahead(3)).toEqual({ turn: 2, position: 3 });
  });

  it('has its number also where its job was lost and a sweep makes up for it', async () => {
    const { look } = await ask(false);
    await pass(600);
    await pick();
    expect(await rounds.underWay(KEY, 'look')).toEqual({ turn: look, position: 0 });
    await pass(600);
    await pick();
    expect(await rounds.underWay(KEY, 'look')).toEqual({ turn: look, position: 0 });
    await rounds.complete(KEY, 'look', { turn: look, position: 0 }, null);
    expect(await rounds.all(KEY)).toMatchObject({ look: { completedTurn: look } });
  });

  it('makes no job, and changes no row, where one waits already', async () => {
    const first = await ask(true);
    expect(await ask(true)).toEqual({ look: first.look, deep: first.deep + 1 });
    const before = [await jobs(), await rows.query('SELECT *, xmin::text FROM check_rounds ORDER BY depth')];
    const many = await Promise.all(Array.from({ length: 50 }, () => ask(true)));
    for (const one of many) expect(one).toEqual({ look: first.look, deep: first.deep + 1 });
    expect([await jobs(), await rows.query('SELECT *, xmin::text FROM check_rounds ORDER BY depth')]).toEqual(before);
    expect(before[0]?.filter((name) => name !== 'pins.reconcile')).toEqual(['version.check', 'version.read']);
  });

  it('is asked for anew where nothing would begin it, as after an older release ended the round before', async () => {
    await ask(false);
    await rows.query(`UPDATE check_rounds SET due_at = now() + interval '7 days' WHERE depth = 'look'`);
    await rows.query('DELETE FROM outbox');
    await ask(false);
    expect(await jobs()).toContain('version.check');
  });
});
