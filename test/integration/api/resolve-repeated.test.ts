import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions } from '../../support/registering.js';

const TOKEN = 'correct-horse-battery-staple';
const PATH = '/v1/models/fraud/aliases/production/resolve';
const admitted = { authorization: `Bearer ${TOKEN}` };

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: string;
  sameConnection: boolean;
}

describe('resolving again and again on one connection', () => {
  let api: TestApi;
  let agent: Agent;
  beforeAll(async () => {
    const open = await startApi();
    await registerVersions(open, 'fraud', 3);
    await promote(open, 'fraud', 1);
    api = await startApi({ databaseUrl: open.databaseUrl, env: { LASTGOOD_TOKEN: TOKEN } });
    others.push(open);
  });
  afterAll(async () => {
    await api.close();
    for (const other of others) await other.close();
  });
  beforeEach(() => {
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
  });
  afterEach(() => agent.destroy());

  const others: TestApi[] = [];
  const ask = async (headers = {}, path = PATH, method = 'GET'): Promise<Answer> => {
    const asked = request(`${api.url}${path}`, { agent, method, headers }).end();
    const [answer] = await once(asked, 'response');
    const body = await text(answer);
    return { status: answer.statusCode, headers: answer.headers, body, sameConnection: asked.reusedSocket };
  };

  it('gives the same answer every time, with the same headers', async () => {
    const first = await ask(admitted);
    const second = await ask(admitted);
    const comparable = ({ status, headers, body }: Answer) => ({ status, body, headers: { ...headers, date: '' } });
    expect(second.sameConnection).toBe(true);
    expect(first.status).toBe(200);
    expect(comparable(second)).toEqual(comparable(first));
  });

  it('answers 304 to whoever has it', async () => {
    const { headers } = await ask(admitted);
    const again = await ask({ ...admitted, 'if-none-match': headers.etag });
    expect(again).toMatchObject({ status: 304, body: '', sameConnection: true, headers: { etag: headers.etag } });
  });

  it.each([
    ['none', {}],
    ['another', { authorization: 'Bearer wrong' }],
    ['a longer one', { authorization: `${admitted.authorization}x` }],
  ])('asks for the token again where a request carries %s', async (_, headers) => {
    await ask(admitted);
    expect((await ask(admitted)).status).toBe(200);
    const refused = await ask(headers);
    expect(refused).toMatchObject({ status: 401, sameConnection: true });
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'unauthorized' });
  });

  it('lets nobody in whose first request was refused', async () => {
    for (let i = 0; i < 3; i += 1) expect((await ask()).status).toBe(401);
  });

  it('tells other addresses and methods apart', async () => {
    await ask(admitted);
    expect(await ask(admitted, PATH, 'HEAD')).toMatchObject({ status: 200, body: '' });
    expect((await ask(admitted, `${PATH}?consistency=eventual`)).status).toBe(400);
    expect((await ask(admitted, PATH.replace('production', 'staging'))).status).toBe(404);
    expect((await ask(admitted, PATH, 'DELETE')).status).toBe(404);
  });

  it('answers with what a move has made of the alias as soon as that move is answered', async () => {
    await ask(admitted);
    for (const version of [2, 3, 1]) {
      await api
        .as('ana')
        .put('/v1/models/fraud/aliases/production')
        .set(admitted)
        .send({ version, reason: `ship v${version}` })
        .expect(200);
      const { body, sameConnection } = await ask(admitted);
      expect(sameConnection).toBe(true);
      expect(JSON.parse(body)).toMatchObject({ version });
    }
  });
});
