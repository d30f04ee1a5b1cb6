import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions } from '../../support/registering.js';
import { RegistryRows } from './registry-rows.js';

describe('the database itself', () => {
  let api: TestApi;
  let rows: RegistryRows;
  beforeAll(async () => {
    api = await startApi();
    rows = await RegistryRows.of(api.databaseUrl);
    await registerVersions(api, 'fraud', 2);
    await promote(api, 'fraud', 1);
  });
  afterAll(async () => {
    await rows.close();
    await api.close();
  });

  it.each([
    `UPDATE versions SET image = 'other'`,
    `UPDATE versions SET labels = '{}' WHERE version = 2`,
    `UPDATE versions SET digest = digest`,
    `UPDATE versions SET created_by = 'somebody else'`,
    `DELETE FROM versions WHERE version = 2`,
    `DELETE FROM versions`,
    `TRUNCATE versions CASCADE`,
    `TRUNCATE models CASCADE`,
    `INSERT INTO versions SELECT * FROM versions WHERE version = 2
       ON CONFLICT (model_id, version) DO UPDATE SET image = 'other'`,
    `MERGE INTO versions v USING (SELECT 2 AS n) s ON v.version = s.n WHEN MATCHED THEN UPDATE SET image = 'other'`,
    `UPDATE alias_history SET reason = 'another'`,
    `UPDATE alias_history SET actor = actor`,
    `DELETE FROM alias_history`,
    `TRUNCATE alias_history CASCADE`,
  ])('refuses to change what must stay: %s', async (statement) => {
    const before = await rows.contents();
    const attempt = rows.query(statement);
    await expect(attempt).rejects.toMatchObject({
      code: '23001',
      message: expect.stringMatching(/(?:versions|alias_history) is refused: its rows are never changed or deleted/),
      hint: 'Register a new version, or move an alias, instead.',
    });
    expect(await rows.contents()).toEqual(before);
  });

  it('refuses to delete a model that has versions, and a version number that is no number', async () => {
    await expect(rows.query('DELETE FROM models')).rejects.toMatchObject({ code: expect.stringMatching(/^23/) });
    const copy = `INSERT INTO versions SELECT model_id, 0, 'x', artifacts, image, env, serving, source, labels, metrics, created_at, created_by FROM versions`;
    await expect(rows.query(copy)).rejects.toMatchObject({ code: '23514' });
  });

  it('refuses an alias that points at a version that is not there', async () => {
    await expect(rows.query('UPDATE aliases SET version = 99')).rejects.toMatchObject({ code: '23503' });
  });

  it('still lets versions and history grow', async () => {
    await registerVersions(api, 'loan', 2);
    await promote(api, 'loan', 2);
    expect((await api.as('ana').get('/v1/models/loan/aliases/production').expect(200)).body.version).toBe(2);
  });

  it('has no call that edits a version', async () => {
    const path = '/v1/models/fraud/versions/1';
    for (const method of ['put', 'patch', 'post'] as const)
      await api.as('ana')[method](path).send({ image: 'x' }).expect(404);
    await api.as('ana').delete(path).expect(409);
  });
});
