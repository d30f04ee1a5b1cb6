import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCutProxy, type CutProxy } from '../../support/cut-proxy.js';
import type { TestApi } from '../../support/api.js';
import { moveBySql, revisionsAfter } from '../../support/load-history.js';
import { startReplicas, type Replicas } from '../../support/load-replicas.js';
import { until } from '../../support/queue-until.js';
import { promote, registerVersions } from '../../support/registering.js';
import { openWatch } from '../../support/sse.js';

describe('resuming a watch', () => {
  let line: CutProxy;
  let replicas: Replicas;
  let near: TestApi;
  let far: TestApi;
  beforeAll(async () => {
    const limits = { remembered: 20 };
    // The second replica's line to the database can be cut, so that it falls behind.
    replicas = await startReplicas(1, { limits });
    line = await startCutProxy(replicas.databaseUrl);
    await replicas.add(1, { limits, databaseUrl: line.url });
    [near, far] = replicas.all as [TestApi, TestApi];
    await registerVersions(near, 'fraud', 5);
  });
  afterAll(async () => {
    await line.restore();
    await replicas.close();
    await line.close();
  });

  it('tells everything that was missed, also where memory forgot it, while moves go on', async () => {
    const { revision: start } = await promote(near, 'fraud', 1, 'busy');
    for (let round = 0; round < 100; round += 1) await promote(near, 'fraud', 1 + (round % 5), `busy-${round % 3}`);
    const enough = new AbortController();
    const mover = (async () => {
      for (let round = 0; !enough.signal.aborted; round += 1) await promote(near, 'fraud', 1 + (round % 5), 'busy');
    })();
    const watches = [];
    for (let round = 0; round < 40; round += 1) watches.push(await openWatch(near.url, { lastId: start }));
    await Promise.all(watches.map((watch) => watch.ready()));
    enough.abort();
    await mover;
    const { revision: last } = await promote(near, 'fraud', 5, 'last');
    const all = await revisionsAfter(replicas.databaseUrl, start);
    for (const watch of watches) {
      await watch.reaches(last);
      expect(watch.revisions()).toEqual(all);
      watch.close();
    }
  });

  it('tells thousands of missed changes, page by page, and the present state with the newest', async () => {
    const { revision: start } = await promote(near, 'fraud', 1, 'bulk');
    const newest = await moveBySql(replicas.databaseUrl, { model: 'fraud', alias: 'bulk', version: 4 }, 2600);
    for (const api of [near, far]) {
      await until('the replica has it', async () => (await revisionOf(api)) === newest);
      const watch = await openWatch(api.url, { query: { alias: 'bulk' }, lastId: start });
      await watch.reaches(newest);
      expect(watch.revisions()).toEqual(await revisionsAfter(replicas.databaseUrl, start, { alias: 'bulk' }));
      expect(watch.changes().at(-1)?.resolution).toMatchObject({ version: 4, revision: newest });
      expect(watch.changes().at(-2)?.resolution).toBeNull();
      watch.close();
    }
  });

  it('goes on at another replica where it broke off at one', async () => {
    const first = await openWatch(near.url, { query: { alias: 'moving' } });
    await first.ready();
    const seen = await promote(near, 'fraud', 1, 'moving');
    await first.reaches(seen.revision);
    const start = first.lastId() ?? '';
    first.close();
    const missed = await promote(far, 'fraud', 2, 'moving');
    const second = await openWatch(far.url, { query: { alias: 'moving' }, lastId: start });
    const later = await promote(near, 'fraud', 3, 'moving');
    await second.reaches(later.revision);
    expect(second.revisions()).toEqual([missed.revision, later.revision]);
    second.close();
  });

  it('tells nothing twice at a replica that is behind, and goes on when that catches up', async () => {
    await promote(near, 'fraud', 1, 'behind');
    await until('both have it', async () => (await revisionOf(near)) === (await revisionOf(far)));
    await line.cut();
    const told = [await promote(near, 'fraud', 2, 'behind'), await promote(near, 'fraud', 3, 'behind')];
    const watch = await openWatch(far.url, { query: { alias: 'behind' }, lastId: told[1]?.revision ?? 0 });
    await watch.ready();
    const missed = await promote(near, 'fraud', 4, 'behind');
    await line.restore();
    await watch.reaches(missed.revision);
    expect(watch.events.map(({ event }) => event)).toEqual(['ready', 'change']);
    expect(watch.revisions()).toEqual([missed.revision]);
    watch.close();
  });

  const revisionOf = async (api: TestApi): Promise<number> => {
    const { body } = await api.as('probe').get('/readyz').expect(200);
    return body.revision;
  };
});
