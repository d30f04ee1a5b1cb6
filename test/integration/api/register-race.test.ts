import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { registration } from '../../support/registering.js';

const MANY = 50;

// Two replicas on one database, so that nothing inside a process can settle a race.
describe('many pipelines that register at the same moment', () => {
  let one: TestApi;
  let other: TestApi;
  beforeAll(async () => {
    one = await startApi();
    other = await startApi({ databaseUrl: one.databaseUrl });
  });
  afterAll(async () => {
    await other.close();
    await one.close();
  });

  const atOnce = (model: string, body: (index: number) => object, key?: (index: number) => string) =>
    Promise.all(
      Array.from({ length: MANY }, (_, index) => {
        const sent = (index % 2 === 0 ? one : other).as(`pipeline ${index}`).post(`/v1/models/${model}/versions`);
        return (key ? sent.set('Idempotency-Key', key(index)) : sent).send(body(index));
      }),
    );
  const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status).toSorted((a, b) => b - a);
  const numbers = (answers: { body: { version: number } }[]) =>
    answers.map(({ body }) => body.version).toSorted((a, b) => a - b);
  const outboxRows = async () =>
    (await one.as('ana').get('/metrics').expect(200)).text.match(/lastgood_outbox_rows (\d+)/)?.[1];

  // Both replicas serve files of their own data folder; the record names those of the first, or an image.
  const image = (index: number) => ({
    createModel: true,
    artifacts: [],
    image: `registry.example/server@sha256:${'5'.repeat(62)}${index + 10}`,
  });

  it('get one version for one record', async () => {
    const answers = await atOnce('same', () => image(0));
    expect(statuses(answers)).toEqual([201, ...Array.from({ length: MANY - 1 }, () => 200)]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });

  it('get consecutive numbers for different records, each one its own', async () => {
    const answers = await atOnce('different', image);
    expect(statuses(answers)).toEqual(Array.from({ length: MANY }, () => 201));
    expect(numbers(answers)).toEqual(Array.from({ length: MANY }, (_, index) => index + 1));
    for (const [index, { body }] of answers.entries()) expect(body.image).toBe(image(index).image);
    const { body } = await one.as('ana').get('/v1/models/different').expect(200);
    expect(body.latestVersion).toBe(MANY);
  });

  it('get one version for one key, and all other records under it are refused', async () => {
    const answers = await atOnce('key', image, () => 'run-1');
    expect(statuses(answers)).toEqual([...Array.from({ length: MANY - 1 }, () => 409), 201]);
    const { body } = await one.as('ana').get('/v1/models/key/versions').expect(200);
    expect(body.items).toHaveLength(1);
  });

  it('get one version for one record under many keys, and each key remembers it', async () => {
    const answers = await atOnce(
      'keys',
      () => image(0),
      (index) => `run-${index}`,
    );
    expect(new Set(numbers(answers))).toEqual(new Set([1]));
    const again = await atOnce(
      'keys',
      () => image(0),
      (index) => `run-${index}`,
    );
    expect(statuses(again)).toEqual(Array.from({ length: MANY }, () => 200));
    const others = await atOnce(
      'keys',
      () => image(1),
      (index) => `run-${index}`,
    );
    expect(statuses(others)).toEqual(Array.from({ length: MANY }, () => 409));
  });

  it('ask for one check of each version, not for one each time', async () => {
    const before = Number(await outboxRows());
    await atOnce('checked', () => registration(one, 1, image(1)));
    expect(Number(await outboxRows())).toBe(before + 1);
  });
});
