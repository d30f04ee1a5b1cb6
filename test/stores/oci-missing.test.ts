import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { digestOf } from '../../src/domain/digest.js';
import type { HostCredentials } from '../../src/stores/host-credentials.js';
import { OciStore } from '../../src/stores/oci-store.js';
import { listenAnywhere } from '../support/s3-ports.js';

const LAYER = 'a layer';
const MANIFEST = JSON.stringify({
  schemaVersion: 2,
  layers: [{ mediaType: 'x/y', digest: digestOf(LAYER), size: LAYER.length }],
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Gives the manifest and its layer to everybody. */
const gives: Answer = ({ method, url = '' }, response) => {
  if (url === '/v2/') return void response.writeHead(200).end('{}');
  const text = url.includes('/manifests/') ? MANIFEST : LAYER;
  return void response.writeHead(200, { 'content-length': text.length }).end(method === 'HEAD' ? undefined : text);
};

const refuses = (status: number, code = 'DENIED'): Answer => {
  return (_request, response) => void response.writeHead(status).end(JSON.stringify({ errors: [{ code }] }));
};

describe('what a registry says is missing', () => {
  let server: Server;
  let host: string;
  let answer: Answer = gives;
  const stores: OciStore[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response));
    host = `127.0.0.1:${await listenAnywhere(server)}`;
  });
  afterEach(() => {
    vi.useRealTimers();
    stores.splice(0).forEach((store) => store.close());
  });
  afterAll(async () => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  });

  const storeOf = (credentials: HostCredentials = {}, hosts = [host]): OciStore => {
    const allowedHosts = hosts.map((one) => `http://${one}`);
    const store = new OciStore({ allowedHosts, allowedNetworks: ['127.0.0.0/8'], credentials });
    stores.push(store);
    return store;
  };
  const image = (): string => `${host}/team/app@${digestOf(MANIFEST)}`;

  it('is missing, where it is a registry that says so', async () => {
    answer = (request, response) =>
      (request.url === '/v2/' ? gives : refuses(404, 'MANIFEST_UNKNOWN'))(request, response);
    const evidence = expect.stringMatching(/answered 404 MANIFEST_UNKNOWN$/) as unknown;
    expect(await storeOf().statImage(image())).toEqual({ state: 'missing', evidence });
  });

  it.each([
    ['404 to everything, as a proxy does that has lost the registry', 404, 404],
    ['404, and then 502', 404, 502],
    ['410, and then 404', 410, 404],
  ])('is unreachable, where what is there answers %s', async (_what, status, probe) => {
    answer = (request, response) => void response.writeHead(request.url === '/v2/' ? probe : status).end('<html>');
    const store = storeOf();
    const evidence = expect.stringContaining('but nothing there answers as a registry does') as unknown;
    expect(await store.statImage(image())).toEqual({ state: 'unreachable', evidence });
    expect(await store.stat(`oci://${image()}`)).toEqual({ state: 'unreachable', evidence });
    answer = gives;
    expect(await store.statImage(image())).toMatchObject({ state: 'present' });
  });

  it('is unreachable, where it answers nothing when asked whether it is a registry', async () => {
    answer = (request, response) =>
      request.url === '/v2/' ? void request.socket.destroy() : refuses(404)(request, response);
    expect(await storeOf().statImage(image())).toMatchObject({ state: 'unreachable' });
  });

  it('is missing with a word of doubt, where it wants to know who asks and no credentials are configured', async () => {
    answer = (request, response) => refuses(request.url === '/v2/' ? 401 : 404)(request, response);
    const doubt = 'some registries say so of what one may not see, and no credentials are configured';
    expect(await storeOf().statImage(image())).toEqual({ state: 'missing', evidence: expect.stringContaining(doubt) });
    const known = storeOf({ [host]: { username: 'a', password: 'b' } });
    expect(await known.statImage(image())).toEqual({ state: 'missing', evidence: expect.not.stringContaining(doubt) });
  });

  it('by what a manifest holds that was read, is missing without any doubt, and costs no further request', async () => {
    const asked: string[] = [];
    const other = {
      mediaType: 'x/y',
      digest: digestOf(LAYER),
      size: 1,
      platform: { os: 'linux', architecture: 'arm64' },
    };
    const index = JSON.stringify({ schemaVersion: 2, manifests: [other] });
    answer = ({ method = '', url = '' }, response) => {
      asked.push(url);
      if (url === '/v2/') return void response.writeHead(401).end();
      const text = url.endsWith(digestOf(index)) ? index : url.includes('/manifests/') ? MANIFEST : LAYER;
      return void response.writeHead(200, { 'content-length': text.length }).end(method === 'HEAD' ? undefined : text);
    };
    const store = storeOf();
    expect(await store.statImage(`${host}/team/app@${digestOf(index)}`)).toEqual({
      state: 'missing',
      evidence: expect.stringMatching(/ has no image for linux\/amd64; it has: linux\/arm64$/),
    });
    expect(await store.stat(`oci://${image()}/a.bin`)).toEqual({
      state: 'missing',
      evidence: expect.stringMatching(/no layer with this title$/),
    });
    expect(asked.filter((url) => url === '/v2/')).toEqual([]);
  });

  it.each([403, 404])('to an old token (%d) is asked for with a new one, which may do more', async (status) => {
    let made = 0;
    let allowed = 1;
    answer = (request, response) => {
      const { url = '', headers } = request;
      if (url.startsWith('/token')) {
        made += 1;
        return void response.end(JSON.stringify({ token: `token-${made}`, expires_in: 3_600 }));
      }
      const [, number] = /^Bearer token-(\d+)$/.exec(headers.authorization ?? '') ?? [];
      if (number === undefined) {
        const challenge = `Bearer realm="http://${host}/token",service="s"`;
        return void response.writeHead(401, { 'www-authenticate': challenge }).end();
      }
      return (Number(number) >= allowed ? gives : refuses(status))(request, response);
    };
    const store = storeOf();
    expect(await store.statImage(image())).toMatchObject({ state: 'present' });
    expect(made).toBe(1);
    // What the token stands for was withdrawn, and granted again: a new one opens it.
    allowed = 2;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    expect(await store.statImage(image())).toMatchObject({ state: 'present' });
    expect(made).toBe(2);
    // A token that was made just now is not made again for each thing that it may not see.
    allowed = 3;
    expect((await store.statImage(image())).state).not.toBe('present');
    expect(made).toBe(2);
  });

  it('elsewhere, where the registry sends everyone on to, is told by the name of that place', async () => {
    const cdn = createServer((_request, response) => void response.writeHead(403).end());
    const other = `127.0.0.1:${await listenAnywhere(cdn)}`;
    answer = (request, response) =>
      request.url?.includes('/blobs/') === true
        ? void response.writeHead(307, { location: `http://${other}/signed` }).end()
        : gives(request, response);
    const seen = await storeOf({}, [host, other]).statImage(image());
    expect(seen).toEqual({
      state: 'forbidden',
      evidence: expect.stringContaining(`answered 403 (by ${other}, where ${host} redirects to)`),
    });
    await once(cdn.close(), 'close');
  });
});
