import { Agent, get } from 'node:http';
import { describe, expect, it } from 'vitest';
import { moveBySql } from '../../support/load-history.js';
import { startReplicas } from '../../support/load-replicas.js';
import { until } from '../../support/queue-until.js';
import { promote, registerVersions, registration } from '../../support/registering.js';
import { openWatch } from '../../support/sse.js';

describe('stopping a replica', () => {
  it('ends its watches, which go on at another one without losing a change', async () => {
    const replicas = await startReplicas(2);
    const [stays, stops] = replicas.all;
    if (!stays || !stops) throw new Error('two replicas were asked for');
    await registerVersions(stays, 'fraud', 3);
    const watches = await Promise.all(Array.from({ length: 20 }, () => openWatch(stops.url)));
    await Promise.all(watches.map((watch) => watch.ready()));
    const seen = await promote(stays, 'fraud', 1);
    await Promise.all(watches.map((watch) => watch.reaches(seen.revision)));
    await stops.close();
    replicas.all.pop();
    await until('all have ended', () => watches.every((watch) => watch.isOver()));
    const missed = await promote(stays, 'fraud', 2);
    for (const watch of watches) {
      const again = await openWatch(stays.url, { lastId: watch.lastId() ?? '' });
      await again.reaches(missed.revision);
      expect(again.changes().map(({ change }) => [change.alias, change.to])).toEqual([
        ['rollback-target', 1],
        ['production', 2],
      ]);
      again.close();
    }
    await replicas.close();
  });

  it('waits for nobody who reads nothing, and for no connection that is only kept alive', async () => {
    const replicas = await startReplicas(1, { limits: { rememberedBytes: 2 ** 30 } });
    const [api] = replicas.all;
    if (!api) throw new Error('a replica was asked for');
    const big = registration(api, 1, { serving: { ballast: 'x'.repeat(500_000) } });
    await api.as('pipeline').post('/v1/models/big/versions').send(big).expect(201);
    const frozen = await openWatch(api.url);
    frozen.pause();
    for (let n = 0; n < 30; n += 1) await promote(api, 'big', 1, `alias-${n}`);
    const agent = new Agent({ keepAlive: true });
    const url = `${api.url}/v1/models/big/aliases/alias-0/resolve?revision=999&wait=300s`;
    const waiting = new Promise((resolve) => {
      get(url, { agent }, (response) => response.resume().on('end', () => resolve(response.statusCode)));
    });
    await until('it waits', async () => (await fetch(`${api.url}/metrics`)).text().then(hasTwoWatchers));
    await replicas.close();
    expect(await waiting).toBe(200);
    agent.destroy();
    frozen.close();
  });

  it('starts over with what the database holds when that went back in time, and so do its watchers', async () => {
    const replicas = await startReplicas(1);
    const [api] = replicas.all;
    if (!api) throw new Error('a replica was asked for');
    await registerVersions(api, 'fraud', 2);
    const { revision } = await promote(api, 'fraud', 1);
    const watch = await openWatch(api.url);
    const lost = await moveBySql(replicas.databaseUrl, { model: 'fraud', alias: 'production', version: 2 }, 3);
    await watch.reaches(lost);
    await moveBySql(replicas.databaseUrl, { model: 'fraud', alias: 'production', version: 1 }, revision - lost);
    await until('the watch ends', () => watch.isOver());
    const again = await openWatch(api.url, { lastId: watch.lastId() ?? '' });
    await again.ready();
    expect(again.events).toMatchObject([{ event: 'snapshot', data: { resolution: { version: 1, revision } } }, {}]);
    again.close();
    await replicas.close();
  });
});

const hasTwoWatchers = (metrics: string): boolean => metrics.includes('\nlastgood_watchers 2\n');
