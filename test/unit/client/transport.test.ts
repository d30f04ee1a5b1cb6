import { describe, expect, it } from 'vitest';
import { LastgoodClient, LastgoodError, LastgoodUnreachable } from '../../../src/client/index.js';
import { sampleAlias, sampleRollback, sampleVersion } from './samples.js';
import { deadUrl, json, problem, scriptedServer, type Script } from './scripted-server.js';

const QUICK = { backOff: { baseMs: 1, capMs: 2 } };

async function clientOf(script: Script, options = {}) {
  const { url, requests } = await scriptedServer(script);
  return { client: new LastgoodClient({ url, ...QUICK, ...options }), url, requests };
}

const failure = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

/** Cuts the connection, then reports an outage, then answers. */
function afterOutage(body: unknown): Script {
  let count = 0;
  return (_, response) => {
    count += 1;
    if (count === 1) response.destroy();
    else if (count === 2) problem(response, 'database-unavailable');
    else json(response, body);
  };
}

describe('every request', () => {
  it('says who asks, with which token, from which library', async () => {
    const { client, requests } = await clientOf((_, response) => json(response, sampleAlias()), {
      token: 'tok-1',
      actor: 'ada@laptop',
    });
    await client.getAlias('fraud', 'production');
    expect(requests[0]).toMatchObject({
      method: 'GET',
      path: '/v1/models/fraud/aliases/production',
      headers: {
        authorization: 'Bearer tok-1',
        'lastgood-actor': 'ada@laptop',
        'user-agent': expect.stringMatching(/^lastgood-client\/\d+\.\d+\.\d+/),
      },
    });
  });

  it('percent-encodes what a header cannot carry in an actor', async () => {
    const { client, requests } = await clientOf((_, response) => json(response, sampleAlias()), { actor: 'Zoë 100%' });
    await client.getAlias('fraud', 'production');
    const sent = String(requests[0]?.headers['lastgood-actor']);
    expect(sent).toBe('Zo%C3%AB 100%25');
    expect(decodeURIComponent(sent)).toBe('Zoë 100%');
  });

  it('keeps a path that the address has, and escapes names', async () => {
    const { url, requests } = await scriptedServer((_, response) => json(response, sampleVersion(1)));
    await new LastgoodClient({ url: `${url}/registry/` }).getVersion('a/b', 'v1');
    expect(requests[0]?.path).toBe('/registry/v1/models/a%2Fb/versions/v1');
  });

  it('is refused at once when the address is not one', () => {
    expect(() => new LastgoodClient({ url: 'localhost:7420' })).toThrow(
      /must be the registry's address.*"localhost:7420"/,
    );
  });
});

describe('a refusal', () => {
  it('becomes a LastgoodError with its code, detail, fields and current state', async () => {
    const errors = [{ field: 'reason', value: '', message: 'must say why' }];
    const { client } = await clientOf((_, response) => {
      problem(response, 'revision-stale', 'Read it again.', { errors, current: sampleAlias() });
    });
    const error = await failure(client.promote('fraud', 'production', { version: 2, reason: '', ifRevision: 41 }));
    expect(error).toBeInstanceOf(LastgoodError);
    expect(error).toMatchObject({ code: 'revision-stale', status: 412, detail: 'Read it again.', errors });
    expect(error).toHaveProperty('current.revision', 42);
  });

  it('by something in between that checks tokens is an authorisation failure too', async () => {
    const { client } = await clientOf((_, response) => void response.writeHead(403).end('<h1>Forbidden</h1>'));
    expect(await failure(client.listModels())).toMatchObject({
      name: 'LastgoodError',
      code: 'unauthorized',
      status: 403,
    });
  });
});

describe('no answer', () => {
  it('names the address when nothing listens there', async () => {
    const url = await deadUrl();
    const error = await failure(new LastgoodClient({ url, ...QUICK }).listModels());
    expect(error).toBeInstanceOf(LastgoodUnreachable);
    expect(String(error)).toContain(`${url}/v1/models refuses connections`);
    expect(String(error)).toContain('LASTGOOD_URL');
  });

  it('is reported when the time is up', async () => {
    const { client } = await clientOf(() => undefined, { timeoutMs: 40, retries: 0 });
    expect(String(await failure(client.listModels()))).toContain('gave no answer within 0.04 s');
  });

  it('is reported when another program answers', async () => {
    const { client } = await clientOf((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>');
    });
    const error = await failure(client.listModels());
    expect(error).toBeInstanceOf(LastgoodUnreachable);
    expect(String(error)).toContain('answered 200 (text/html), which is not an answer of Lastgood');
  });

  it('is not mistaken for the caller giving up', async () => {
    const given = new AbortController();
    const { client } = await clientOf(() => given.abort(new Error('shutting down')));
    await expect(client.listModels({}, { signal: given.signal })).rejects.toThrow('shutting down');
  });
});

describe('trying again', () => {
  it('carries a read over a cut connection and an outage', async () => {
    const { client, requests } = await clientOf(afterOutage({ items: [], nextPageToken: null }));
    await expect(client.listModels()).resolves.toEqual({ items: [], nextPageToken: null });
    expect(requests).toHaveLength(3);
  });

  it('carries a rollback that names what it moves away from, because that one happens once', async () => {
    const { client, requests } = await clientOf(afterOutage(sampleRollback()));
    const rollback = await client.rollBack('fraud', 'production', { reason: 'slow', from: 191 });
    expect(rollback.to).toBe(184);
    expect(requests.map(({ body }) => body)).toEqual(Array(3).fill('{"reason":"slow","from":191}'));
  });

  it.each([
    ['a rollback that names nothing', (c: LastgoodClient) => c.rollBack('fraud', 'production', { reason: 'slow' })],
    ['a promotion', (c: LastgoodClient) => c.promote('fraud', 'production', { version: 2, reason: 'better' })],
    ['creating a model', (c: LastgoodClient) => c.createModel({ model: 'fraud' })],
  ])('is not done with %s, whose answer may have been lost', async (_name, call) => {
    const { client, requests } = await clientOf((_, response) => void response.destroy());
    expect(await failure(call(client))).toBeInstanceOf(LastgoodUnreachable);
    expect(requests).toHaveLength(1);
  });

  it('is not done with a refusal', async () => {
    const { client, requests } = await clientOf((_, response) => problem(response, 'model-not-found'));
    expect(await failure(client.getModel('fraud'))).toMatchObject({ code: 'model-not-found' });
    expect(requests).toHaveLength(1);
  });
});

describe('registering', () => {
  it('tells a new version from one that was there, and sends the idempotency key', async () => {
    let status = 201;
    const { client, requests } = await clientOf((_, response) => json(response, sampleVersion(3), status));
    const record = { artifacts: [] };
    expect((await client.registerVersion('fraud', record, { idempotencyKey: 'run-9' })).created).toBe(true);
    status = 200;
    expect((await client.registerVersion('fraud', record)).created).toBe(false);
    expect(requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['run-9', undefined]);
  });
});
