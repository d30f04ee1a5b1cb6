import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { registration } from '../../support/registering.js';

const MANY = 200;

describe('two hundred registrations of one model at the same moment, over two replicas', () => {
  let replicas: TestApi[];
  beforeAll(async () => {
    const one = await startApi();
    // Replicas share a store; what differs is the process.
    const other = await startApi({ databaseUrl: one.databaseUrl, env: { LASTGOOD_DATA: one.dataDir } });
    replicas = [one, other];
  });
  afterAll(async () => {
    for (const replica of replicas.toReversed()) await replica.close();
  });

  interface Answer {
    status: number;
    body: { version: number; serving: { seed: unknown } };
  }

  const replicaOf = (index: number) => replicas[index % replicas.length] as TestApi;
  const register = async (model: string, index: number, seed: number | string, key?: string): Promise<Answer> => {
    const sent = replicaOf(index).as(`pipeline ${index}`).post(`/v1/models/${model}/versions`);
    const { status, body } = await (key === undefined ? sent : sent.set('Idempotency-Key', key)).send(
      registration(replicas[0] as TestApi, seed),
    );
    return { status, body };
  };
  const atOnce = (work: (index: number) => Promise<Answer>) =>
    Promise.all(Array.from({ length: MANY }, (_, index) => work(index)));
  const inOrder = (answers: Answer[]) => answers.map(({ body }) => body.version).toSorted((a, b) => a - b);
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

  it('get two hundred numbers without a gap, and no error', async () => {
    const answers = await atOnce((index) => register('distinct', index, index));
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    expect(inOrder(answers)).toEqual(upTo(MANY));
    for (const [index, { body }] of answers.entries()) expect(body.serving.seed).toBe(index);
  });

  it('get one version for each pair that races with one record, 201 for one of the two and 200 for the other', async () => {
    const answers = await atOnce((index) => register('pairs', index, Math.floor(index / 2)));
    for (const pair of upTo(MANY / 2)) {
      const [first, second] = answers.slice(2 * pair - 2, 2 * pair);
      expect(new Set([first?.status, second?.status])).toEqual(new Set([200, 201]));
      expect(second?.body).toEqual(first?.body);
    }
    expect([...new Set(inOrder(answers))]).toEqual(upTo(MANY / 2));
  });

  it('get one version for each pair that races with one key and record, whichever replica is asked', async () => {
    const answers = await atOnce((index) => register('keys', index, index >> 1, `run-${index >> 1}`));
    for (const pair of upTo(MANY / 2)) {
      const [first, second] = answers.slice(2 * pair - 2, 2 * pair);
      expect(new Set([first?.status, second?.status])).toEqual(new Set([200, 201]));
      expect(second?.body.version).toBe(first?.body.version);
    }
  });

  it('use no number twice and leave none out around refusals', async () => {
    await register('refusals', 0, 'first', 'taken');
    // Every second one is refused: its key belongs to another record.
    const answers = await atOnce((index) => register('refusals', index, index, index % 2 === 0 ? 'taken' : undefined));
    const refused = answers.filter(({ status }) => status === 409);
    const taken = answers.filter(({ status }) => status === 201);
    expect([refused.length, taken.length]).toEqual([MANY / 2, MANY / 2]);
    expect(inOrder(taken)).toEqual(upTo(MANY / 2 + 1).slice(1));

    const [newest] = inOrder(taken).slice(-1);
    const path = '/v1/models/refusals/versions';
    await replicaOf(0).as('ana').delete(`${path}/v${newest}`).expect(409);
    await replicaOf(0).as('ana').delete('/v1/models/refusals').expect(409);
    expect(await register('refusals', 1, 'next')).toMatchObject({ status: 201, body: { version: Number(newest) + 1 } });
  });
});
