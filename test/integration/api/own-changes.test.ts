import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestApi } from '../../support/api.js';
import { startReplicas, type Replicas } from '../../support/load-replicas.js';
import { registerVersions } from '../../support/registering.js';
import { openWatch } from '../../support/sse.js';

const step = fc.record({
  what: fc.constantFrom('promote', 'promote', 'promote', 'roll back', 'clear', 'declare', 'soak', 'delete'),
  alias: fc.constantFrom('production', 'eu'),
  version: fc.integer({ min: 1, max: 4 }),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Each kind of change once, and none is refused: by chance alone, one of them may never come about. */
const ALL: Step[] = [
  { what: 'promote', alias: 'production', version: 1 },
  { what: 'promote', alias: 'production', version: 2 },
  { what: 'declare', alias: 'production', version: 1 },
  { what: 'roll back', alias: 'production', version: 1 },
  { what: 'clear', alias: 'production', version: 2 },
  { what: 'soak', alias: 'production', version: 1 },
  { what: 'delete', alias: 'production', version: 1 },
];

describe('a replica that moved an alias itself', () => {
  let replicas: Replicas;
  let mover: TestApi;
  let other: TestApi;
  beforeAll(async () => {
    replicas = await startReplicas(2);
    [mover, other] = replicas.all as [TestApi, TestApi];
    await registerVersions(mover, 'fraud', 4);
  });
  afterAll(() => replicas.close());

  // Many of them are refused, which leaves the others in states that no plain sequence reaches.
  const take = ({ what, alias, version }: Step) => {
    const path = `/v1/models/fraud/aliases/${alias}`;
    const client = mover.as('ana');
    if (what === 'promote') return client.put(path).send({ version, reason: 'next' });
    if (what === 'roll back') return client.post(`${path}/rollback`).send({ reason: 'errors' });
    if (what === 'clear') return client.post(`${path}/clear`).send({ version, reason: 'measured again' });
    if (what === 'declare') return client.post(`${path}/known-good`).send({ version, reason: 'known for years' });
    if (what === 'soak') return client.patch(path).send({ soakSeconds: version, reason: 'slow traffic' });
    return client.delete(`${path}?reason=retired`);
  };
  const bodies = async (api: TestApi) => {
    const aliases = ['production', 'rollback-target', 'eu', 'eu-rollback-target'];
    const get = (alias: string) => api.as('server').get(`/v1/models/fraud/aliases/${alias}/resolve`);
    return Promise.all(aliases.map(async (alias) => (await get(alias)).text));
  };

  it('holds and tells exactly what one that hears of it from the database does', async () => {
    const watches = await Promise.all([openWatch(mover.url), openWatch(other.url)]);
    await Promise.all(watches.map((watch) => watch.ready()));
    const done = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 25 }), async (steps) => {
        for (const one of steps) {
          const { status } = await take(one);
          expect(status).toBeLessThan(500);
          if (status < 300) done.set(one.what, (done.get(one.what) ?? 0) + 1);
        }
        const { body } = await mover.as('probe').get('/readyz').expect(200);
        await Promise.all(watches.map((watch) => watch.reaches(body.revision)));
        expect(await bodies(mover)).toEqual(await bodies(other));
      }),
      { numRuns: 12, examples: [[ALL]] },
    );
    const [own = [], heard = []] = watches.map((watch) => watch.changes());
    expect(own.map(({ change }) => change)).toEqual(heard.map(({ change }) => change));
    expect(own.length).toBeGreaterThan(40);
    // One that hears of a change late tells it without its resolution, where a later change overtook it meanwhile.
    const resolutions = own.map(({ resolution }, at) => [resolution, heard[at]?.resolution ?? null]);
    for (const [mine, theirs] of resolutions.filter((pair) => !pair.includes(null))) expect(mine).toEqual(theirs);
    expect([...done.keys()].toSorted()).toEqual(['clear', 'declare', 'delete', 'promote', 'roll back', 'soak']);
    for (const watch of watches) watch.close();
  });
});
