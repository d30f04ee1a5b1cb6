import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions, registration } from '../../support/registering.js';

const BURST = 300;
let api: TestApi;
beforeAll(async () => {
  api = await startApi({ env: { LASTGOOD_DATABASE_POOL: '4' } });
});
afterAll(() => api.close());

it('a rollback does not wait for a burst of registrations, of the same model or of others', async () => {
  await registerVersions(api, 'fraud', 2);
  for (const version of [1, 2]) await promote(api, 'fraud', version);
  let registered = 0;
  const burst = Array.from({ length: BURST }, async (_, index) => {
    const model = index % 3 === 0 ? 'fraud' : `other-${index % 7}`;
    const { status } = await api
      .as('pipeline')
      .post(`/v1/models/${model}/versions`)
      .send(registration(api, `burst-${index}`));
    registered += 1;
    return status;
  });
  await Promise.race(burst);
  await api.as('ben').post('/v1/models/fraud/aliases/production/rollback').send({ reason: 'now' }).expect(200);
  expect(registered).toBeLessThan(BURST);
  expect(new Set(await Promise.all(burst))).toEqual(new Set([201]));
});
