import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/domain/digest.js';
import type { HostCredential, HostCredentials } from '../../src/stores/host-credentials.js';
import { OciStore } from '../../src/stores/oci-store.js';
import { OciPusher } from '../support/oci-push.js';
import { startOciServer, type OciServer } from '../support/oci-server.js';
import { startTokenServer, type TokenServer } from '../support/oci-token-server.js';
import { listenAnywhere } from '../support/s3-ports.js';
import { freshBytes } from './sample-bytes.js';

// The password "secret", hashed with bcrypt.
const HTPASSWD = 'reader:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n';
const stores: OciStore[] = [];
const storeFor = (hosts: string[], credentials: HostCredentials = {}): OciStore => {
  const allowedHosts = hosts.map((host) => `http://${host}`);
  const store = new OciStore({ allowedHosts, allowedNetworks: ['127.0.0.0/8'], credentials });
  stores.push(store);
  return store;
};
afterEach(() => stores.splice(0).forEach((store) => store.close()));

describe('a registry that wants a user and a password', () => {
  let server: OciServer;
  let image: string;
  beforeAll(async () => {
    server = await startOciServer({ htpasswd: HTPASSWD });
    const push = new OciPusher(server.host, 'team/models', `Basic ${Buffer.from('reader:secret').toString('base64')}`);
    image = push.imageOf(await push.manifest([await push.blob(freshBytes(50))]));
  });
  afterAll(() => server?.close());

  it('shows the image to whoever has them', async () => {
    const store = storeFor([server.host], { [server.host]: { username: 'reader', password: 'secret' } });
    expect(await store.statImage(image)).toMatchObject({ state: 'present' });
  });

  it.each<[string, HostCredential | null, string]>([
    ['none', null, 'no credentials are configured for'],
    ['a wrong password', { username: 'reader', password: 'hunter2-secret' }, 'with the credentials configured for'],
    ['a token, which it does not take', { token: 'hunter2-secret' }, 'with the credentials configured for'],
  ])('forbids it to whoever has %s', async (_what, credential, text) => {
    const given = credential === null ? {} : { [server.host]: credential };
    const seen = await storeFor([server.host], given).statImage(image);
    expect(seen).toEqual({
      state: 'forbidden',
      evidence: expect.stringContaining(`answered 401 UNAUTHORIZED (${text}`),
    });
    expect(JSON.stringify(seen)).not.toContain('hunter2');
  });
});

describe('a registry that wants tokens', () => {
  let tokens: TokenServer;
  let server: OciServer;
  let image: string;
  let credentials: HostCredentials;
  beforeAll(async () => {
    tokens = await startTokenServer();
    server = await startOciServer(tokens.auth);
    const push = new OciPusher(
      server.host,
      'team/models',
      `Bearer ${tokens.issue('repository:team/models:pull,push')}`,
    );
    image = push.imageOf(await push.manifest([await push.blob(freshBytes(50)), await push.blob(freshBytes(60))]));
    credentials = { [server.host]: tokens.user };
  });
  beforeEach(() => {
    tokens.asked.length = 0;
    [tokens.instead, tokens.lifetime] = [null, 60];
  });
  afterAll(async () => {
    await server?.close();
    await tokens?.close();
  });

  it('shows the image to whoever gets one, and is asked for one once', async () => {
    const store = storeFor([server.host, tokens.host], credentials);
    for (let at = 0; at < 3; at++) expect(await store.statImage(image)).toMatchObject({ state: 'present' });
    expect(tokens.asked).toEqual([{ scope: 'repository:team/models:pull', status: 200 }]);
  });

  it('is asked for another once that has ended', async () => {
    tokens.lifetime = 1;
    const store = storeFor([server.host, tokens.host], credentials);
    for (let at = 0; at < 2; at++) expect(await store.statImage(image)).toMatchObject({ state: 'present' });
    expect(tokens.asked.length).toBeGreaterThan(1);
  });

  it('forbids it to whoever gets one that opens nothing', async () => {
    const seen = await storeFor([server.host, tokens.host]).statImage(image);
    expect(seen).toEqual({
      state: 'forbidden',
      evidence: expect.stringContaining('no credentials are configured for'),
    });
  });

  it('forbids it to whoever gets none', async () => {
    const wrong = { [server.host]: { username: 'reader', password: 'hunter2-secret' } };
    const seen = await storeFor([server.host, tokens.host], wrong).statImage(image);
    const evidence = expect.stringMatching(
      /^the token server 127.0.0.1:\d+, asked for .*, answered 401 \(with the cred/,
    );
    expect(seen).toEqual({ state: 'forbidden', evidence });
    expect(JSON.stringify(seen)).not.toContain('hunter2');
  });

  it('sends nobody to a token server that is not allowed', async () => {
    const seen = await storeFor([server.host], credentials).statImage(image);
    expect(seen).toEqual({
      state: 'forbidden',
      evidence: expect.stringContaining(`http://${tokens.host} is not among`),
    });
    expect(tokens.asked).toEqual([]);
  });

  it.each([
    [{ status: 503, headers: { 'retry-after': '7' } }, 'answered 503 (with the credentials'],
    [{ status: 429, headers: { 'retry-after': '7' } }, 'asks to wait 7 s'],
    [{ status: 404 }, 'answered 404 (with the credentials'],
    [{ status: 410 }, 'answered 410 (with the credentials'],
    [{ status: 200, body: 'no JSON' }, 'answered 200 without a token'],
    [{ status: 200, body: '{"token":"a\\r\\nX: y"}' }, 'answered 200 without a token'],
    [{ status: 200, body: `{"token":"${'x'.repeat(2_000_000)}"}` }, 'sent more than'],
  ])('is unreachable while its token server answers %j', async (instead, text) => {
    tokens.instead = instead;
    const store = storeFor([server.host, tokens.host], credentials);
    expect(await store.statImage(image)).toMatchObject({
      state: 'unreachable',
      evidence: expect.stringContaining(text),
    });
    tokens.instead = null;
    // Where it asked to be left alone, the same store would wait.
    const another = storeFor([server.host, tokens.host], credentials);
    expect(await another.statImage(image)).toMatchObject({ state: 'present' });
  });
});

describe('a registry that is no good', () => {
  let server: Server;
  let host: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response));
    host = `127.0.0.1:${await listenAnywhere(server)}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  });
  const look = (digest = digestOf('image')): Promise<unknown> =>
    storeFor([host]).statImage(`${host}/team/app@${digest}`);

  it('and asks to come back later is unreachable', async () => {
    answer = (_request, response) => {
      response.writeHead(429, { 'retry-after': '3600' }).end('{"errors":[{"code":"TOOMANYREQUESTS"}]}');
    };
    const evidence = expect.stringMatching(/^GET .* answered 429 TOOMANYREQUESTS and asks to wait 3600 s$/);
    expect(await look()).toEqual({ state: 'unreachable', evidence, retryAt: expect.any(Date) });
  });

  it('and gives other bytes for a digest has a changed image', async () => {
    answer = (_request, response) => response.end('{"layers":[]}');
    const evidence = expect.stringContaining(`answered bytes with the digest ${digestOf('{"layers":[]}')}`);
    expect(await look()).toEqual({ state: 'changed', evidence });
  });

  it.each([
    '[]',
    '{}',
    'no JSON',
    '{"layers":[{"digest":"sha256:short","size":1}]}',
    '{"manifests":[1]}',
    '{"schemaVersion":1,"fsLayers":[]}',
  ])('and has something else under the digest, %s, has no image that could be run', async (text) => {
    answer = (_request, response) => response.end(text);
    expect(await look(digestOf(text))).toMatchObject({ state: 'unsupported' });
  });

  it('and has a manifest without end is unreachable', async () => {
    answer = (_request, response) => void response.write(Buffer.alloc(5_000_000, ' '));
    expect(await look()).toMatchObject({
      state: 'unreachable',
      evidence: expect.stringContaining('sent more than 4194304'),
    });
  });

  it('and stops answering while the layers are looked at is asked no further', async () => {
    const layers = Array.from({ length: 50 }, (_, at) => ({
      mediaType: 'x/y',
      digest: digestOf(`layer ${at}`),
      size: 1,
    }));
    const manifest = JSON.stringify({ schemaVersion: 2, layers });
    let heads = 0;
    answer = (request, response) => {
      if (request.method === 'GET') return void response.end(manifest);
      heads += 1;
      return void request.socket.destroy();
    };
    expect(await look(digestOf(manifest))).toMatchObject({ state: 'unreachable' });
    expect(heads).toBeLessThan(50);
  });

  it('and sends everyone on to a network that is not allowed is not followed there', async () => {
    answer = (_request, response) => void response.writeHead(307, { location: 'http://169.254.169.254/token' }).end();
    expect(await look()).toMatchObject({ state: 'forbidden', evidence: expect.stringContaining('169.254.169.254') });
  });
});
