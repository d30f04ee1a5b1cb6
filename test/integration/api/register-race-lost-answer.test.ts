import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { until } from '../../support/queue-until.js';
import { registration } from '../../support/registering.js';

const MANY = 40;

describe('a pipeline that loses the answer to its registration and asks again', () => {
  let one: TestApi;
  let other: TestApi;
  beforeAll(async () => {
    one = await startApi();
    other = await startApi({ databaseUrl: one.databaseUrl, env: { LASTGOOD_DATA: one.dataDir } });
  });
  afterAll(async () => {
    await other.close();
    await one.close();
  });

  /** Sends a registration and hangs up once the last byte is out, without reading a byte of the answer. */
  async function sendAndHangUp(model: string, body: object, key?: string): Promise<void> {
    const { hostname, port, host } = new URL(one.url);
    const json = JSON.stringify(body);
    const head = [
      `POST /v1/models/${model}/versions HTTP/1.1`,
      `Host: ${host}`,
      'Lastgood-Actor: pipeline',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(json)}`,
      ...(key === undefined ? [] : [`Idempotency-Key: ${key}`]),
    ];
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    await new Promise<void>((resolve) => void socket.write(`${head.join('\r\n')}\r\n\r\n${json}`, () => resolve()));
    socket.destroy();
    await once(socket, 'close');
  }

  const askAgain = (api: TestApi, model: string, body: object, key?: string) => {
    const sent = api.as('pipeline').post(`/v1/models/${model}/versions`);
    return (key === undefined ? sent : sent.set('Idempotency-Key', key)).send(body);
  };
  const versionsOf = async (model: string): Promise<number[]> => {
    const { status, body } = await one.as('ana').get(`/v1/models/${model}/versions?pageSize=100`);
    if (status === 404) return [];
    const { items }: { items: { version: number }[] } = body;
    return items.map(({ version }) => version);
  };

  it.each([
    ['by its key', 'run-1'],
    ['by its record', undefined],
  ])('gets the version that exists, found %s, from either replica', async (what, key) => {
    const model = what.replaceAll(' ', '-');
    const body = registration(one, what);
    await until('the registration that nobody waits for', async () => {
      // A replica that had not begun to read it when the line was cut never had it.
      await sendAndHangUp(model, body, key);
      return (await versionsOf(model)).length === 1;
    });
    for (const replica of [other, one]) {
      const { status, body: answer } = await askAgain(replica, model, body, key);
      expect([status, answer.version]).toEqual([200, 1]);
    }
    expect(await versionsOf(model)).toEqual([1]);
  });

  it('gets one version, also when it asks again before the first registration is through', async () => {
    const bodies = Array.from({ length: MANY }, (_, seed) => registration(one, `hasty ${seed}`));
    const answers = await Promise.all(
      bodies.map(async (body, index) => {
        await sendAndHangUp('hasty', body, `run-${index}`);
        return askAgain(index % 2 === 0 ? other : one, 'hasty', body, `run-${index}`);
      }),
    );
    for (const { status } of answers) expect([200, 201]).toContain(status);
    const numbers = answers.map(({ body }) => Number(body.version)).toSorted((a, b) => b - a);
    expect(numbers).toEqual(Array.from({ length: MANY }, (_, index) => MANY - index));
    // What came through after the second request has added nothing.
    const again = await Promise.all(bodies.map((body, index) => askAgain(one, 'hasty', body, `run-${index}`)));
    expect(again.map(({ status, body }) => [status, body.version])).toEqual(
      answers.map(({ body }) => [200, body.version]),
    );
    expect(await versionsOf('hasty')).toEqual(numbers);
  });
});
