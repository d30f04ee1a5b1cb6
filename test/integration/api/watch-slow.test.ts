import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestApi } from '../../support/api.js';
import { revisionsAfter } from '../../support/load-history.js';
import { startReplicas, type Replicas } from '../../support/load-replicas.js';
import { until } from '../../support/queue-until.js';
import { promote, registration } from '../../support/registering.js';
import { openWatch, type Watch } from '../../support/sse.js';

// Each event carries a record of half a mebibyte, so a few dozen overflow what the kernel buffers for a connection.
const BALLAST = 'x'.repeat(500_000);
const EVENTS = 40;

describe('a watcher that reads slowly', () => {
  let replicas: Replicas;
  let api: TestApi;
  beforeAll(async () => {
    replicas = await startReplicas(1, { limits: { stalledMs: 1500, heartbeatMs: 100, rememberedBytes: 2 ** 30 } });
    [api] = replicas.all as [TestApi];
    for (const seed of [1, 2]) {
      const body = registration(api, seed, { serving: { seed, ballast: BALLAST } });
      await api.as('pipeline').post('/v1/models/big/versions').send(body).expect(201);
    }
  });
  afterAll(() => replicas.close());

  const watchers = async (): Promise<number> => {
    const { text } = await api.as('prometheus').get('/metrics').expect(200);
    return Number(/^lastgood_watchers (\d+)$/m.exec(text)?.[1]);
  };
  const moveOften = async (alias: string): Promise<number[]> => {
    const revisions = [];
    for (let n = 0; n < EVENTS; n += 1) revisions.push((await promote(api, 'big', 1 + (n % 2), alias)).revision);
    return revisions;
  };
  const allThat = async (watch: Watch, revisions: number[]): Promise<number[]> => {
    await watch.reaches(revisions.at(-1) ?? 0);
    watch.close();
    await until('nobody watches', async () => (await watchers()) === 0);
    return watch.revisions();
  };

  it('is cut off when it leaves unread what it was sent, costs the others nothing, and can go on from there', async () => {
    const query = { alias: 'live' };
    const [slow, quick] = await Promise.all([openWatch(api.url, { query }), openWatch(api.url, { query })]);
    await Promise.all([slow.ready(), quick.ready()]);
    const start = Number(slow.lastId());
    slow.pause();
    const revisions = await moveOften('live');
    await until('the slow one is cut off', async () => (await watchers()) === 1);
    expect(await allThat(quick, revisions)).toEqual(revisions);
    slow.resume();
    await until('it notices', () => slow.isOver());
    const seen = slow.revisions();
    expect(seen.length).toBeLessThan(EVENTS);
    const again = await openWatch(api.url, { query, lastId: slow.lastId() ?? '' });
    await again.reaches(revisions.at(-1) ?? 0);
    expect([...seen, ...again.revisions()]).toEqual(await revisionsAfter(replicas.databaseUrl, start, query));
    again.close();
  });

  it('is told a past that is far more than a connection holds', async () => {
    const { revision } = await promote(api, 'big', 2, 'past');
    const revisions = await moveOften('past');
    const watch = await openWatch(api.url, { query: { alias: 'past' }, lastId: revision });
    expect(await allThat(watch, revisions)).toEqual(revisions);
  });

  it('is told a present that is far more than a connection holds', async () => {
    for (let n = 0; n < EVENTS; n += 1) await promote(api, 'big', 1, `present-${n}`);
    const watch = await openWatch(api.url, { query: { model: 'big' } });
    await watch.ready();
    const present = watch.events.filter(({ event }) => event === 'snapshot');
    expect(present.length).toBeGreaterThanOrEqual(EVENTS);
    watch.close();
    await until('nobody watches', async () => (await watchers()) === 0);
  });

  it('is cut off when it takes nothing at all of the past that it asked for', async () => {
    const { revision } = await promote(api, 'big', 2, 'stalled');
    await moveOften('stalled');
    const watch = await openWatch(api.url, { query: { alias: 'stalled' }, lastId: revision });
    watch.pause();
    await until('it is cut off', async () => (await watchers()) === 0);
    watch.resume();
    await until('it notices', () => watch.isOver());
    expect(watch.revisions().length).toBeLessThan(EVENTS);
  });

  it('hears on a quiet stream, again and again, that it stands', async () => {
    const watch = await openWatch(api.url, { query: { alias: 'quiet' } });
    await until('three heartbeats came', () => watch.comments.length >= 3);
    expect(watch.events.map(({ event }) => event)).toEqual(['ready']);
    watch.close();
  });
});
