import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { until } from '../../support/queue-until.js';
import { promote, registerVersions } from '../../support/registering.js';

describe('resolving with ?revision=R&wait=…', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
    await registerVersions(api, 'fraud', 9);
  });
  afterAll(() => api.close());

  const path = (alias: string, query: string) => `/v1/models/fraud/aliases/${alias}/resolve?${query}`;

  const waiters = async (): Promise<number> => {
    const { text } = await api.as('prometheus').get('/metrics').expect(200);
    return Number(/^lastgood_watchers (\d+)$/m.exec(text)?.[1]);
  };
  const someoneWaits = (count = 1) => until(`${count} wait`, async () => (await waiters()) === count);

  it('answers at once when the alias is newer already', async () => {
    const { revision } = await promote(api, 'fraud', 1, 'newer');
    const { body } = await api
      .as('server')
      .get(path('newer', `revision=${revision - 1}&wait=300s`))
      .expect(200);
    expect(body).toMatchObject({ version: 1, revision });
  });

  it('answers with the change as soon as there is one, to everybody who waits', async () => {
    const { revision } = await promote(api, 'fraud', 1, 'moves');
    const ask = () =>
      api
        .as('server')
        .get(path('moves', `revision=${revision}&wait=300s`))
        .expect(200)
        .then(({ body }) => body);
    const asked = Array.from({ length: 20 }, ask);
    await someoneWaits(20);
    const moved = await promote(api, 'fraud', 2, 'moves');
    for (const body of await Promise.all(asked)) expect(body).toMatchObject({ version: 2, revision: moved.revision });
    expect(await waiters()).toBe(0);
  });

  it('is not woken by other aliases', async () => {
    const { revision } = await promote(api, 'fraud', 1, 'quiet');
    const asked = api
      .as('server')
      .get(path('quiet', `revision=${revision}&wait=300s`))
      .then(({ body }) => body);
    await someoneWaits();
    for (const version of [1, 2, 3]) await promote(api, 'fraud', version, 'loud');
    await someoneWaits();
    await promote(api, 'fraud', 4, 'quiet');
    expect(await asked).toMatchObject({ version: 4 });
  });

  it('answers with the current state when the time is up: 304 to whoever has it, else in full', async () => {
    const { revision } = await promote(api, 'fraud', 1, 'still');
    const query = `revision=${revision}&wait=1s`;
    const { body } = await api.as('server').get(path('still', query)).expect(200);
    expect(body).toMatchObject({ version: 1, revision });
    await api.as('server').get(path('still', query)).set('If-None-Match', `"${revision}"`).expect(304);
  });

  it('answers with the current state also to whoever names a revision that there is not yet', async () => {
    const { revision } = await promote(api, 'fraud', 1, 'future');
    const { body } = await api
      .as('server')
      .get(path('future', `revision=${revision + 1000}&wait=1s`))
      .expect(200);
    expect(body).toMatchObject({ version: 1, revision });
  });

  it('tells whoever waits that the alias was deleted', async () => {
    const { revision } = await promote(api, 'fraud', 1, 'leaves');
    const asked = api
      .as('server')
      .get(path('leaves', `revision=${revision}&wait=300s`))
      .expect(404)
      .then(({ body }) => body);
    await someoneWaits();
    await api.as('ana').delete('/v1/models/fraud/aliases/leaves?reason=retired').expect(204);
    expect(await asked).toMatchObject({ code: 'alias-not-found' });
  });

  it('forgets a client that goes away', async () => {
    const { revision } = await promote(api, 'fraud', 1, 'left');
    const gone = new AbortController();
    const asked = fetch(new URL(path('left', `revision=${revision}&wait=300s`), api.url), { signal: gone.signal });
    await someoneWaits();
    gone.abort();
    await expect(asked).rejects.toThrow('aborted');
    await someoneWaits(0);
  });

  it('lets everybody go when the replica stops', async () => {
    const { revision } = await promote(api, 'fraud', 1, 'stop');
    const second = await startApi({ databaseUrl: api.databaseUrl });
    const url = new URL(path('stop', `revision=${revision}&wait=300s`), second.url);
    const asked = fetch(url).then(async (answer) => [answer.status, await answer.json()]);
    const waits = async () => (await (await fetch(`${second.url}/metrics`)).text()).includes('lastgood_watchers 1\n');
    await until('one waits', waits);
    await second.close();
    expect(await asked).toMatchObject([200, { version: 1, revision }]);
  });
});
