import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestApi } from '../../support/api.js';
import { killListeners } from '../../support/load-history.js';
import { startReplicas, type Replicas } from '../../support/load-replicas.js';
import { until } from '../../support/queue-until.js';
import { promote, registerVersions } from '../../support/registering.js';

describe('resolving on several replicas', () => {
  let replicas: Replicas;
  let one: TestApi;
  let other: TestApi;
  beforeAll(async () => {
    replicas = await startReplicas(3);
    [one, other] = replicas.all as [TestApi, TestApi];
    await registerVersions(one, 'fraud', 10);
  });
  afterAll(() => replicas.close());

  const resolve = async (api: TestApi, alias: string, query = '') => {
    const { body } = await api.as('server').get(`/v1/models/fraud/aliases/${alias}/resolve${query}`).expect(200);
    return body as { version: number; revision: number };
  };

  it('finds an alias that was made a moment ago on another replica', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { revision } = await promote(one, 'fraud', 1, `fresh-${round}`);
      expect(await resolve(other, `fresh-${round}`)).toMatchObject({ version: 1, revision });
    }
  });

  it('shows a move to whoever made it, on the replica that made it, at once', async () => {
    for (let round = 0; round < 30; round += 1) {
      const api = replicas.all[round % 3] ?? one;
      const moved = await promote(api, 'fraud', 1 + (round % 10), 'own');
      expect(await resolve(api, 'own')).toMatchObject({ version: moved.version, revision: moved.revision });
    }
  });

  it('shows their own move to everybody although many move at the same moment', async () => {
    const moves = Array.from({ length: 60 }, async (_, n) => {
      const api = replicas.all[n % 3] ?? one;
      const { revision } = await promote(api, 'fraud', 1 + (n % 10), `busy-${n % 5}`);
      return { revision, seen: await resolve(api, `busy-${n % 5}`) };
    });
    for (const { revision, seen } of await Promise.all(moves)) expect(seen.revision).toBeGreaterThanOrEqual(revision);
  });

  it('shows a move everywhere at once in a strong read', async () => {
    for (let version = 1; version <= 10; version += 1) {
      const { revision } = await promote(one, 'fraud', version, 'strong');
      expect(await resolve(other, 'strong', '?consistency=strong')).toMatchObject({ version, revision });
    }
  });

  it('wakes whoever waits on another replica', async () => {
    const { revision } = await promote(one, 'fraud', 1, 'far');
    const asked = resolve(other, 'far', `?revision=${revision}&wait=300s`);
    await promote(one, 'fraud', 2, 'far');
    expect(await asked).toMatchObject({ version: 2 });
  });

  it('wakes them also where the notification is lost', async () => {
    let { revision } = await promote(one, 'fraud', 1, 'deaf');
    for (let version = 2; version <= 6; version += 1) {
      const asked = resolve(other, 'deaf', `?revision=${revision}&wait=300s`);
      // Each replica listens for moves and for the plans of nodes.
      expect(await killListeners(replicas.databaseUrl)).toBeLessThanOrEqual(2 * replicas.all.length);
      ({ revision } = await promote(one, 'fraud', version, 'deaf'));
      expect(await asked).toMatchObject({ version, revision });
    }
  });

  it('forgets a deleted alias everywhere', async () => {
    await promote(one, 'fraud', 1, 'brief');
    await until('the other has it', async () => (await resolve(other, 'brief')).version === 1);
    await one.as('ana').delete('/v1/models/fraud/aliases/brief?reason=retired').expect(204);
    await until('the other lost it', async () => {
      const { status } = await other.as('server').get('/v1/models/fraud/aliases/brief/resolve');
      return status === 404;
    });
  });
});
