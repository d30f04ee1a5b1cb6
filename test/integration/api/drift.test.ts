import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configDigest, LastgoodClient } from '../../../src/client/index.js';
import type { CheckView } from '../../../src/contract/views.js';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions, registration } from '../../support/registering.js';
import { cliOf, document } from '../cli/local-model.js';
import { RegistryRows } from './registry-rows.js';

const POLL = { timeout: 60_000, interval: 20 };
const OTHER = `sha256:${'5'.repeat(64)}`;

describe('what a serving controller runs with', () => {
  let api: TestApi;
  let other: TestApi;
  let rows: RegistryRows;
  let client: LastgoodClient;
  beforeAll(async () => {
    api = await startApi();
    other = await startApi({ databaseUrl: api.databaseUrl });
    rows = await RegistryRows.of(api.databaseUrl);
    client = new LastgoodClient({ url: api.url });
  });
  afterAll(async () => {
    await rows.close();
    await other.close();
    await api.close();
  });

  const served = async (model: string) => {
    await registerVersions(api, model, 1);
    await promote(api, model, 1);
    return client.resolve(model, 'production');
  };
  const report = async (model: string, digest: string, { controller = 'server-1', replicas = 2, at = api } = {}) => {
    const body = { version: 1, revision: 1, configDigest: digest, readyReplicas: replicas, replicas };
    const path = `/v1/models/${model}/aliases/production/reports/${controller}`;
    const answer = await at.as(controller).put(path).send(body).expect(200);
    return answer.body as { drift: boolean };
  };
  const newest = async (model: string) => {
    const { body } = await api.as('ana').get(`/v1/models/${model}/versions/1/checks`).expect(200);
    return (body.items as CheckView[]).filter(({ kind }) => kind === 'config');
  };
  const states = async (model: string) =>
    Object.fromEntries((await newest(model)).map(({ subject, state }) => [subject, state]));
  const history = (model: string) =>
    rows.query<{ state: string }>(
      `SELECT state FROM checks JOIN models m ON m.id = model_id WHERE m.name = $1 AND kind = 'config' ORDER BY checks.id`,
      [model],
    );
  /** Reports once more under another name, and waits until that is recorded: then all before it is, too. */
  const settled = async (model: string, at = api) => {
    const controller = `marker-${Math.random().toString(36).slice(2)}`;
    await report(model, OTHER, { controller, at });
    await expect.poll(() => states(model), POLL).toMatchObject({ [`production/${controller}`]: 'changed' });
    await rows.query(`DELETE FROM checks WHERE subject = $1`, [`production/${controller}`]);
  };

  it('is as recorded where it reports the digest that resolving and showing the version give', async () => {
    const { record } = await served('same');
    const version = await client.getVersion('same', 1);
    expect(record.configDigest).toBe(configDigest({ env: record.env, serving: record.serving }));
    expect(version.configDigest).toBe(record.configDigest);
    expect(await report('same', record.configDigest)).toMatchObject({ drift: false });
    const evidence = { reported: record.configDigest, recorded: record.configDigest, replicas: 2 };
    await expect
      .poll(() => newest('same'), POLL)
      .toMatchObject([{ subject: 'production/server-1', state: 'present', evidence }]);
    expect(await report('same', record.digest)).toMatchObject({ drift: false });
  });

  it('has changed where it reports another one, and the evidence says what differs and what to do', async () => {
    const { record } = await served('differs');
    const running = { ...record, serving: { ...record.serving, threshold: 0.7 } };
    expect(await report('differs', configDigest(running), { replicas: 3 })).toMatchObject({ drift: true });
    await expect.poll(() => states('differs'), POLL).toEqual({ 'production/server-1': 'changed' });
    expect((await newest('differs'))[0]?.evidence).toEqual({
      reported: configDigest(running),
      recorded: record.configDigest,
      replicas: 3,
      said: expect.stringMatching(
        /^server-1 runs with another configuration than v1 records: restart it with .* v1, or/,
      ),
    });
  });

  it('is shown with each report', async () => {
    const { record } = await served('shown');
    await report('shown', record.configDigest, { controller: 'blue' });
    await report('shown', OTHER, { controller: 'green' });
    const drifts = (await client.reports('shown', 'production')).map(({ controller, drift }) => [controller, drift]);
    expect(drifts).toEqual([
      ['blue', false],
      ['green', true],
    ]);
  });

  it('is not recorded at every heartbeat: only when it differs from the newest, on whichever replica', async () => {
    const { record } = await served('beats');
    const same = record.configDigest;
    const seen = async () => (await history('beats')).map(({ state }) => state);
    for (const at of [api, other, api, other]) await report('beats', same, { at });
    await settled('beats', api);
    await settled('beats', other);
    expect(await seen()).toEqual(['present']);
    for (const digest of [OTHER, OTHER, `sha256:${'6'.repeat(64)}`, same, same]) {
      await report('beats', digest);
      await settled('beats');
    }
    expect(await seen()).toEqual(['present', 'changed', 'changed', 'present']);
  });

  it('is recorded again once the newest is five minutes old', async () => {
    const { record } = await served('ages');
    const age = (seconds: number) =>
      rows.query(
        `UPDATE newest_checks SET observed_at = now() - $1 * interval '1 second'
                  WHERE subject = 'production/server-1' AND model_id = (SELECT id FROM models WHERE name = 'ages')`,
        [seconds],
      );
    await report('ages', record.configDigest);
    await settled('ages');
    await age(290);
    await report('ages', record.configDigest);
    await settled('ages');
    expect(await history('ages')).toHaveLength(1);
    await age(301);
    await report('ages', record.configDigest);
    await settled('ages');
    expect(await history('ages')).toHaveLength(2);
  });

  it('is recorded of every controller when many report at the same moment', async () => {
    await served('crowd');
    const names = Array.from({ length: 40 }, (_, index) => `c${index}`);
    await Promise.all(names.map((controller, i) => report('crowd', OTHER, { controller, at: i % 2 ? api : other })));
    const wanted = Object.fromEntries(names.map((name) => [`production/${name}`, 'changed']));
    await expect.poll(() => states('crowd'), POLL).toEqual(wanted);
    expect(await history('crowd')).toHaveLength(40);
  });

  it('is said by `lastgood show`, with what to do, and listed for programs', async () => {
    const { record } = await served('told');
    const cli = cliOf(api);
    await report('told', record.configDigest, { controller: 'blue' });
    expect((await cli(['show', 'told'])).out).not.toContain('DRIFT');
    await report('told', OTHER, { controller: 'green' });
    const { out } = await cli(['show', 'told']);
    expect(out).toMatch(/DRIFT green under production runs with another configuration than v1 records/);
    expect(out).toContain('Restart each with');
    const drifts = [{ alias: 'production', controller: 'green', version: 1, configDigest: OTHER }];
    expect(document(await cli(['show', 'told', '--json']))).toMatchObject({ drifts });
    await settled('told');
    expect((await cli(['show', 'told', 'v1'])).out).toMatch(/config +production\/green +changed/);
    expect((await cli(['resolve', 'told'])).out).toContain(record.configDigest);
  });

  it('never fails or holds up a report, whatever is wrong with the table of observations', async () => {
    const { body } = await api
      .as('ana')
      .post('/v1/models/broken/versions')
      .send(registration(api, 'broken'))
      .expect(201);
    await promote(api, 'broken', 1);
    const locking = await RegistryRows.of(api.databaseUrl);
    await locking.query('BEGIN');
    await locking.query('LOCK TABLE checks, newest_checks IN ACCESS EXCLUSIVE MODE');
    const answers = [];
    for (let beat = 0; beat < 20; beat += 1) answers.push(await report('broken', OTHER, { controller: `c${beat}` }));
    expect(answers.every(({ drift }) => drift)).toBe(true);
    expect(await client.reports('broken', 'production')).toHaveLength(20);
    await locking.query('ROLLBACK');
    await locking.close();
    await rows.query('ALTER TABLE newest_checks RENAME TO gone');
    const { drift } = await report('broken', body.configDigest, { at: other });
    await rows.query('ALTER TABLE gone RENAME TO newest_checks');
    expect(drift).toBe(false);
  });
});
