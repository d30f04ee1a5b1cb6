import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordDigest, type VersionRecord } from '../../../src/domain/version-record.js';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions, registration } from '../../support/registering.js';

const HEX = '5'.repeat(64);

describe('registering a version', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  const register = (model: string, body: object, key?: string) => {
    const sent = api.as('pipeline').post(`/v1/models/${model}/versions`);
    return (key === undefined ? sent : sent.set('Idempotency-Key', key)).send(body);
  };
  const versions = async (model: string) => {
    const { body } = await api.as('ana').get(`/v1/models/${model}/versions`).expect(200);
    return body.items.map(({ version }: { version: number }) => version);
  };

  it('keeps the whole record exactly as it was sent, and gives it the next number and its digest', async () => {
    const record = {
      artifacts: [
        { path: 'a/weights.bin', uri: `file://${api.dataDir}/artifacts/w`, digest: `sha256:${HEX}`, size: 0 },
        {
          path: 'b',
          uri: `file://${api.dataDir}/artifacts/b`,
          digest: `sha256:${HEX}`,
          size: 7,
          mediaType: 'text/plain',
        },
      ],
      image: `registry.example/team/server:1.2@sha256:${HEX}`,
      env: { MODE: 'fast', TOKEN: { secretRef: 'vault://secret/x#key' }, EMPTY: '' },
      serving: { batch: 8, 'größe 😀': [1.5, null, { deep: { er: true } }], huge: 1e300, tiny: 5e-324, minus: -7 },
    };
    const rest = { source: { commit: 'abc' }, labels: { team: 'risk' }, metrics: { auc: 0.9, loss: 1e-9 } };
    const { body } = await register('exact', { createModel: true, ...record, ...rest }).expect(201);
    expect(body).toMatchObject({ model: 'exact', version: 1, createdBy: 'pipeline', aliases: [], ...record, ...rest });
    expect(body.digest).toBe(recordDigest(record as VersionRecord));
    expect(new Date(body.createdAt).toISOString()).toBe(body.createdAt);
    expect((await api.as('ana').get('/v1/models/exact/versions/v1').expect(200)).body).toEqual(body);
  });

  it('keeps names that JavaScript objects have of their own, and tells records apart by them', async () => {
    const names = ['toString', 'constructor', 'valueOf', 'hasOwnProperty', 'then', 'toJSON', 'length'];
    const odd = Object.fromEntries(names.map((name) => [name, 'x']));
    await register('odd', registration(api, 1)).expect(201);
    const { body: served } = await register('odd', registration(api, 1, { serving: { seed: 1, nested: odd } })).expect(
      201,
    );
    expect(served).toMatchObject({ version: 2, serving: { seed: 1, nested: odd } });
    const { body: set } = await register('odd', registration(api, 1, { env: odd, labels: odd })).expect(201);
    expect(set).toMatchObject({ version: 3, env: odd, labels: odd });
    const prototype = { constructor: { prototype: { x: 1 } } };
    const { body: last } = await register('odd', registration(api, 1, { serving: prototype })).expect(201);
    expect(last).toMatchObject({ version: 4, serving: prototype });
    expect((await api.as('ana').get('/v1/models/odd/versions/2').expect(200)).body.serving).toEqual(served.serving);
  });

  it('answers the same record with the version it already has, in whatever order it is written', async () => {
    const { artifacts, ...more } = registration(api, 'same', { env: { A: '1', B: '2' } }) as { artifacts: object[] };
    const files = [...artifacts, { ...artifacts[0], path: 'second' }];
    const { body: first } = await register('same', { ...more, artifacts: files, labels: { run: '1' } }).expect(201);
    const { body: again } = await register('same', {
      artifacts: files.toReversed(),
      ...more,
      env: { B: '2', A: '1' },
    }).expect(200);
    expect(again).toEqual(first);
    expect(await versions('same')).toEqual([1]);
    await promote(api, 'same', 1);
    expect((await register('same', { ...more, artifacts: files }).expect(200)).body.aliases).toEqual(['production']);
  });

  it('gives numbers without gaps, also after refusals', async () => {
    await register('gaps', registration(api, 1)).expect(201);
    await register('gaps', registration(api, 2, { image: 'a:b' })).expect(400);
    await register('gaps', registration(api, 2), 'key').expect(201);
    await register('gaps', registration(api, 3), 'key').expect(409);
    await register('gaps', registration(api, 3)).expect(201);
    expect(await versions('gaps')).toEqual([3, 2, 1]);
  });

  it('makes the model only when asked to, and asked again it is the same model', async () => {
    await register('made', registration(api, 1, { createModel: false })).expect(404);
    await register('made', registration(api, 1, { createModel: undefined })).expect(404);
    await api.as('ana').get('/v1/models/made').expect(404);
    await register('made', registration(api, 1)).expect(201);
    await api.as('ana').patch('/v1/models/made').send({ description: 'kept' }).expect(200);
    await register('made', registration(api, 2)).expect(201);
    const { body } = await api.as('ana').get('/v1/models/made').expect(200);
    expect(body).toMatchObject({ latestVersion: 2, description: 'kept', createdBy: 'pipeline' });
  });

  it('makes no model for a record that is refused', async () => {
    await register('unmade', registration(api, 1, { env: { A: 1 } })).expect(400);
    await api.as('ana').get('/v1/models/unmade').expect(404);
  });

  it('answers a key with the version that it registered, for as long as the record is the same', async () => {
    const { body: first } = await register('keyed', registration(api, 1), 'run-1').expect(201);
    expect((await register('keyed', registration(api, 1), 'run-1').expect(200)).body).toEqual(first);
    const { body: problem } = await register('keyed', registration(api, 2), 'run-1').expect(409);
    expect(problem).toMatchObject({ code: 'idempotency-key-reused' });
    expect(problem.detail).toMatch(/run-1 registered keyed v1 from another record. Use a new key/);
    expect(await versions('keyed')).toEqual([1]);
  });

  it('takes a second key for a record that it has, and keeps to that one too', async () => {
    await register('keys', registration(api, 1), 'a').expect(201);
    await register('keys', registration(api, 1), 'b').expect(200);
    await register('keys', registration(api, 2), 'b').expect(409);
  });

  it('keeps the keys of each model apart', async () => {
    await register('apart-1', registration(api, 1), 'run').expect(201);
    await register('apart-2', registration(api, 2), 'run').expect(201);
  });

  it('can be asked again by who never got the answer', async () => {
    const url = `${api.url}/v1/models/lost/versions`;
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'run-7' };
    const body = JSON.stringify(registration(api, 'lost'));
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const gone = new AbortController();
      const asked = fetch(url, { method: 'POST', headers, body, signal: gone.signal }).catch(() => null);
      setTimeout(() => gone.abort(), attempt * 2);
      await asked;
    }
    const { status, body: view } = await register('lost', registration(api, 'lost'), 'run-7');
    expect([200, 201]).toContain(status);
    expect(view.version).toBe(1);
    expect(await versions('lost')).toEqual([1]);
  });

  it('needs no artifact where there is an image, and no image where there are artifacts', async () => {
    const image = `registry.example/team/server@sha256:${HEX}`;
    const { body } = await register('image-only', { createModel: true, artifacts: [], image }).expect(201);
    expect(body).toMatchObject({ artifacts: [], image, env: {}, serving: {} });
    await registerVersions(api, 'files-only', 1);
    expect((await api.as('ana').get('/v1/models/files-only/versions/1').expect(200)).body.image).toBeNull();
  });
});
