import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TestApi } from '../../support/api.js';
import { startCutProxy, type CutProxy } from '../../support/cut-proxy.js';
import { startReplicas, type Replicas } from '../../support/load-replicas.js';
import { until } from '../../support/queue-until.js';
import { promote, registerVersions } from '../../support/registering.js';

describe('a line to PostgreSQL that falls silent in the middle of a move', () => {
  let line: CutProxy;
  let replicas: Replicas;
  let near: TestApi;
  let far: TestApi;
  beforeAll(async () => {
    replicas = await startReplicas(1);
    line = await startCutProxy(replicas.databaseUrl);
    await replicas.add(1, { databaseUrl: line.url });
    [near, far] = replicas.all as [TestApi, TestApi];
    await registerVersions(near, 'fraud', 3);
    await promote(near, 'fraud', 1);
    await promote(near, 'fraud', 2);
  });
  afterEach(() => line.restore());
  afterAll(async () => {
    await replicas.close();
    await line.close();
  });

  const production = '/v1/models/fraud/aliases/production';
  const show = async () => (await near.as('ana').get(production).expect(200)).body;

  it('leaves its outcome open where it was told to commit, and says that only reading tells', async () => {
    const { revision } = await show();
    // Nothing else is to be committed over the line: the other replica's own catching-up would be.
    await until('the replica is up to date', async () => {
      const { body: ready } = await far.as('probe').get('/readyz').expect(200);
      return ready.revision === revision;
    });
    line.hangAfter('COMMIT\0');
    const { status, body } = await far.as('ana').put(production).send({ version: 3, reason: 'try' });
    expect([status, body.code]).toEqual([503, 'outcome-unknown']);
    expect(body.detail).toContain('whole or not at all');
    expect(await show()).toMatchObject({ version: 3, rollbackTarget: { version: 2 } });
    await line.restore();
    const again = { version: 3, reason: 'again' };
    await until('the replica is back', async () => {
      const { status: second } = await far.as('ana').put(production).send(again);
      return second === 200;
    });
    const { body: history } = await near.as('ana').get(`${production}/history`).expect(200);
    expect(history.items.filter(({ to }: { to: number }) => to === 3)).toHaveLength(1);
  });

  it('does not keep the others from moving: its locks are taken from it', async () => {
    const before = await show();
    line.hangAfter('lastgood_lock_alias');
    const lost = far
      .as('ana')
      .put(production)
      .send({ version: 1, reason: 'try' })
      .then(({ status, body }) => [status, body.code]);
    await until('it holds the lock', async () => {
      const { body } = await far.as('probe').get('/readyz').expect(200);
      return body.ageSeconds >= 1;
    });
    const { body } = await near.as('ben').post(`${production}/rollback`).send({ reason: 'errors' }).expect(200);
    expect(body).toMatchObject({ from: before.version });
    expect(await lost).toEqual([503, 'database-unavailable']);
    expect(await show()).toMatchObject({ version: body.to, revision: body.revision });
  });
});
