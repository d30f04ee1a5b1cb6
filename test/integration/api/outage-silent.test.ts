import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PgListener } from '../../../src/platform/database/listen/pg-listener.js';
import type { TestApi } from '../../support/api.js';
import { startCutProxy, type CutProxy } from '../../support/cut-proxy.js';
import { startReplicas, type Replicas } from '../../support/load-replicas.js';
import { query } from '../../support/pg-query.js';
import { QueueLogBook } from '../../support/queue-log-book.js';
import { until } from '../../support/queue-until.js';
import { promote, registerVersions } from '../../support/registering.js';

// A firewall that forgets connections says nothing to either end; only a question without an answer shows it.
describe('connections to PostgreSQL that fell silent, while new ones work', () => {
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
  });
  afterAll(async () => {
    await replicas.close();
    await line.close();
  });

  it('are given up and replaced, those of writes and those that bring what changed', async () => {
    const move = (version: number) =>
      far.as('ana').put('/v1/models/fraud/aliases/production').send({ version, reason: 'try' });
    await Promise.all([1, 1, 1, 1].map(move));
    line.freeze();
    const broken = await Promise.all([move(2), move(2)]);
    for (const { status, body } of broken) expect([status, body.code]).toEqual([503, 'database-unavailable']);
    await until('a write works', async () => (await move(2)).status === 200);
    const { revision } = await promote(near, 'fraud', 3);
    const { body } = await far
      .as('server')
      .get(`/v1/models/fraud/aliases/production/resolve?revision=${revision - 1}&wait=300s`)
      .expect(200);
    expect(body).toMatchObject({ version: 3, revision });
  });

  it('are noticed by a listener that hears nothing, which then listens again', async () => {
    const log = new QueueLogBook();
    let heard = 0;
    const listener = new PgListener({
      databaseUrl: line.url,
      channel: 'news',
      onNotify: () => (heard += 1),
      log,
      pingMs: 50,
    });
    listener.start();
    await until('it listens', () => heard === 1);
    await query(replicas.databaseUrl, 'NOTIFY news');
    await until('it hears', () => heard === 2);
    line.freeze();
    await query(replicas.databaseUrl, 'NOTIFY news');
    await until('it listens again', () => heard === 3);
    await query(replicas.databaseUrl, 'NOTIFY news');
    await until('it hears again', () => heard === 4);
    expect(log.count('notifications are away')).toBe(1);
    line.freeze();
    await listener.stop();
  });

  it('and one that PostgreSQL ends with a word is told of once, with that word', async () => {
    const log = new QueueLogBook();
    let heard = 0;
    const listener = new PgListener({
      databaseUrl: replicas.databaseUrl,
      channel: 'ended-by-postgres',
      onNotify: () => (heard += 1),
      log,
      pingMs: 3_600_000,
    });
    listener.start();
    await until('it listens', () => heard === 1);
    const ours = `query = 'LISTEN "ended-by-postgres"'`;
    await query(replicas.databaseUrl, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${ours}`);
    await until('it listens again', () => heard === 2);
    await listener.stop();
    expect(log.lines.map(({ fields }) => fields)).toEqual([
      { reason: 'terminating connection due to administrator command' },
    ]);
  });
});
