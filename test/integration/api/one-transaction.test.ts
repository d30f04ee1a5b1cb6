import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions, registration } from '../../support/registering.js';
import { RegistryRows } from './registry-rows.js';

describe('what fails late', () => {
  let api: TestApi;
  let rows: RegistryRows;
  beforeAll(async () => {
    api = await startApi();
    rows = await RegistryRows.of(api.databaseUrl);
  });
  afterAll(async () => {
    await rows.close();
    await api.close();
  });

  const alias = (model: string, rest = '') => `/v1/models/${model}/aliases/production${rest}`;
  const resolved = async (model: string, query = '') =>
    (
      await api
        .as('ana')
        .get(alias(model, `/resolve${query}`))
        .expect(200)
    ).body;
  const deeds = (model: string) => ({
    promote: () => api.as('ana').put(alias(model)).send({ version: 4, reason: 'next' }),
    'roll back': () => api.as('ben').post(alias(model, '/rollback')).send({ from: 3, reason: 'errors' }),
    clear: () => api.as('ana').post(alias(model, '/clear')).send({ version: 1, reason: 'fine' }),
    remove: () => api.as('ana').delete(alias(model)).query({ reason: 'not needed' }),
  });

  it.each<[keyof ReturnType<typeof deeds>, string, 'at once' | 'at the commit']>([
    ['promote', 'outbox', 'at once'],
    ['promote', 'alias_history', 'at once'],
    ['promote', 'alias_standings', 'at once'],
    ['promote', 'alias_history', 'at the commit'],
    ['roll back', 'rollbacks', 'at once'],
    ['roll back', 'outbox', 'at once'],
    ['roll back', 'rollbacks', 'at the commit'],
    ['clear', 'outbox', 'at once'],
    ['remove', 'alias_history', 'at the commit'],
  ])('leaves nothing behind: to %s, where the insert into %s fails %s', async (deed, table, when) => {
    const model = `${deed}-${table}-${when}`.replaceAll(/\W/g, '-');
    await registerVersions(api, model, 4);
    // v1 was rolled back from, v2 is the target, v3 is live.
    for (const version of [2, 1]) await promote(api, model, version);
    await api.as('ben').post(alias(model, '/rollback')).send({ from: 1, reason: 'bad' }).expect(200);
    await promote(api, model, 3);
    const before = { rows: await rows.contents(), memory: await resolved(model) };
    const mend = await rows.failInserts(table, when);
    const { body: problem } = await deeds(model)[deed]().expect(500);
    expect(problem).toMatchObject({ code: 'internal-error' });
    expect(JSON.stringify(problem)).not.toContain('this insert fails');
    expect({ rows: await rows.contents(), memory: await resolved(model) }).toEqual(before);
    expect(await resolved(model, '?consistency=strong')).toEqual(before.memory);

    await mend();
    const revision = await rows.revision();
    expect((await deeds(model)[deed]()).status).toBeLessThan(300);
    expect(await rows.revision()).toBeLessThanOrEqual(revision + 2);
  });

  it('leaves neither a version nor a model nor a number behind when a registration fails', async () => {
    const before = await rows.contents();
    const mend = await rows.failInserts('outbox', 'at once');
    const register = () => api.as('ana').post('/v1/models/unborn/versions').send(registration(api, 1));
    await register().set('Idempotency-Key', 'k').expect(500);
    expect(await rows.contents()).toEqual(before);
    await mend();
    expect((await register().set('Idempotency-Key', 'k').expect(201)).body.version).toBe(1);
  });

  it('tells nobody: a watcher hears of the moves that happened and of no other', async () => {
    await registerVersions(api, 'heard', 3);
    const { revision } = await promote(api, 'heard', 1);
    const heard: string[] = [];
    const gone = new AbortController();
    const headers = { 'last-event-id': String(revision) };
    const stream = await fetch(`${api.url}/v1/watch?model=heard&alias=production`, { headers, signal: gone.signal });
    const reading = (async () => {
      for await (const chunk of stream.body ?? []) heard.push(Buffer.from(chunk).toString());
    })().catch(() => undefined);
    const mend = await rows.failInserts('outbox', 'at once');
    await api.as('ana').put(alias('heard')).send({ version: 2, reason: 'fails' }).expect(500);
    await mend();
    await api.as('ana').put(alias('heard')).send({ version: 3, reason: 'works' }).expect(200);
    await expect.poll(() => heard.join(''), { timeout: 60_000 }).toContain('"works"');
    gone.abort();
    await reading;
    expect(heard.join('')).not.toContain('"fails"');
  });
});
