import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { registration } from '../../support/registering.js';
import { RegistryRows } from './registry-rows.js';

const SECRET = '0pen5esame0pen5esame';

describe('a registration whose URI opens what it names', () => {
  let api: TestApi;
  let rows: RegistryRows;
  beforeAll(async () => {
    api = await startApi({ env: { LASTGOOD_HTTPS_ALLOWED_HOSTS: 'models.example' } });
    rows = await RegistryRows.of(api.databaseUrl);
  });
  afterAll(async () => {
    await rows.close();
    await api.close();
  });

  const register = (uri: string) => {
    const artifacts = [{ uri, digest: `sha256:${'0'.repeat(64)}`, size: 1, path: 'weights' }];
    const body = { ...registration(api, 'fraud'), artifacts };
    return api.as('ana').post('/v1/models/fraud/versions').send(body);
  };

  it.each([
    [`https://models.example/w?X-Amz-Signature=${SECRET}`, 'X-Amz-Signature'],
    [`https://models.example/w?sv=1&sig=${SECRET}`, 'sig'],
    [`https://reader:${SECRET}@models.example/w`, 'its user'],
    [`https://${SECRET}@models.example/w`, 'its user'],
    [`oci://${SECRET}@models.example/w@sha256:${'0'.repeat(64)}`, 'its user'],
    [`s3://AKIA:${SECRET}@bucket/key`, 'its user'],
  ])('is refused, and told by its name alone: %s', async (uri, what) => {
    const { body, text } = await register(uri).expect(400);
    const message = expect.stringContaining(`holds a credential (${what})`);
    expect(body.errors).toMatchObject([{ field: 'artifacts[0].uri', value: '(hidden)', message }]);
    expect(text).not.toContain(SECRET);
  });

  it('is refused without it where a store would not take it either', async () => {
    const { body, text } = await register(`https://models.example:8443/w?X-Goog-Signature=${SECRET}`).expect(400);
    expect(body.errors).toHaveLength(1);
    expect(text).not.toContain(SECRET);
  });

  it('leaves nothing in the database, and the same address without it is taken', async () => {
    await register('https://models.example/w?versionId=3').expect(201);
    const [found] = await rows.query<{ count: number }>('SELECT count(*)::int FROM versions');
    expect(found).toEqual({ count: 1 });
  });
});
