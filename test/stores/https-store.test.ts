import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpsStore } from '../../src/stores/https-store.js';
import { allListed } from './all-listed.js';
import { marksContract } from './contract-marks.js';
import { namesContract } from './contract-names.js';
import { readContract } from './contract-read.js';
import { sendFile, startFileServer } from './https-server.js';
import { httpsStoreUnderTest } from './https-store-under-test.js';
import { allOf, freshBytes } from './sample-bytes.js';
import { thrownBy } from './thrown-by.js';

describe('the https store, reading', () => {
  readContract(httpsStoreUnderTest);
});

describe('the https store, by name', () => {
  namesContract(httpsStoreUnderTest);
});

describe('the https store, marked', () => {
  marksContract(httpsStoreUnderTest);
});

describe('the https store', () => {
  let at: Awaited<ReturnType<typeof httpsStoreUnderTest>>;
  const user = { username: 'reader', password: 'pässword:with@signs' };
  beforeAll(async () => (at = await httpsStoreUnderTest()));
  afterAll(() => at?.close());

  it('tells what the server says: tag, time, type, and the digest of the whole', async () => {
    const bytes = freshBytes(100);
    const hash = createHash('sha256').update(bytes).digest();
    at.server.answers.set('told', (request, response) => {
      response.setHeader('Repr-Digest', `sha-512=:AAAA:, sha-256=:${hash.toString('base64')}:`);
      response.setHeader('Last-Modified', 'Tue, 03 Jun 2025 10:00:00 GMT');
      response.setHeader('Content-Type', 'application/octet-stream; charset=binary');
      sendFile(request, response, bytes);
    });
    expect(await at.store.stat(at.uriNamed('told'))).toEqual({
      state: 'present',
      size: 100,
      digest: `sha256:${hash.toString('hex')}`,
      mediaType: 'application/octet-stream',
      etag: expect.stringMatching(/^"[0-9a-f]{16}"$/),
      mark: expect.stringMatching(/^etag:[0-9a-f]{16}$/),
      lastModified: '2025-06-03T10:00:00.000Z',
    });
  });

  it.each([
    ['refuses HEAD', { head: 405 }],
    ['has never heard of HEAD, and says that nothing is there', { head: 404 }],
    ['signs its addresses for GET alone', { head: 403 }],
    ['says no size to a HEAD', { head: 200 }],
  ])('asks for the first byte where the server %s', async (_what, { head }) => {
    const bytes = freshBytes(70);
    at.server.answers.set('no-head', (request, response) => {
      if (request.method === 'HEAD') response.writeHead(head, { 'transfer-encoding': 'chunked' }).end();
      else sendFile(request, response, bytes);
    });
    expect(await at.store.stat(at.uriNamed('no-head'))).toMatchObject({ state: 'present', size: 70 });
    expect(at.server.arrived.at(-1)).toMatchObject({ method: 'GET', headers: { range: 'bytes=0-0' } });
  });

  it('knows an empty object where the server refuses HEAD', async () => {
    at.server.answers.set('empty', (request, response) => {
      if (request.method === 'HEAD') response.writeHead(405).end();
      else sendFile(request, response, new Uint8Array());
    });
    expect(await at.store.stat(at.uriNamed('empty'))).toEqual({ state: 'present', size: 0 });
  });

  it.each([{ start: 10, end: 19 }, { start: 95 }, { start: 95, end: 300 }, { end: 0 }])(
    'cuts %j out of the whole where the server knows no ranges',
    async (range) => {
      const bytes = freshBytes(100);
      for (const sized of [true, false]) {
        at.server.answers.set('whole', (_request, response) => {
          response.writeHead(200, sized ? { 'content-length': 100 } : {}).end(bytes);
        });
        const got = await allOf(at.store.read(at.uriNamed('whole'), range));
        expect(got.equals(bytes.subarray(range.start ?? 0, (range.end ?? 99) + 1))).toBe(true);
        const outside = at.store.read(at.uriNamed('whole'), { start: 100 });
        expect(await thrownBy(allOf(outside))).toMatchObject({ code: 'range-outside' });
      }
    },
  );

  it('gives no other part for the asked one', async () => {
    at.server.answers.set('other-part', (_request, response) => {
      response.writeHead(206, { 'content-range': 'bytes 0-9/100', 'content-length': 10 }).end(freshBytes(10));
    });
    const error = await thrownBy(at.store.read(at.uriNamed('other-part'), { start: 10, end: 19 }));
    expect(error).toMatchObject({ code: 'unreachable', evidence: expect.stringContaining('another part') });
  });

  it('ends a read with an error where the connection breaks halfway', async () => {
    at.server.answers.set('broken', (_request, response) => {
      response.writeHead(200, { 'content-length': 100_000 }).write(freshBytes(50_000), () => response.destroy());
    });
    expect(await thrownBy(allOf(at.store.read(at.uriNamed('broken'))))).toMatchObject({ code: 'unreachable' });
  });

  it('takes no bytes for the object that were packed on the way', async () => {
    const packed = gzipSync(freshBytes(1_000));
    at.server.answers.set('packed', (request, response) => {
      response.setHeader('content-encoding', 'gzip');
      sendFile(request, response, packed);
    });
    const evidence = expect.stringContaining('encoded (gzip)');
    expect(await at.store.stat(at.uriNamed('packed'))).toEqual({ state: 'unreachable', evidence });
    expect(await thrownBy(at.store.read(at.uriNamed('packed')))).toMatchObject({ code: 'unreachable', evidence });
    expect(at.server.arrived.at(-1)?.headers['accept-encoding']).toBe('identity');
  });

  it.each([
    [404, {}, 'missing', 'answered 404'],
    [410, {}, 'missing', 'answered 410'],
    [401, {}, 'forbidden', 'answered 401'],
    [403, {}, 'forbidden', 'answered 403'],
    [500, {}, 'unreachable', 'answered 500'],
    [429, { 'retry-after': '120' }, 'unreachable', 'answered 429 and asks to wait 120 s'],
    [
      503,
      { 'retry-after': 'Tue, 03 Jun 2025 10:00:00 GMT' },
      'unreachable',
      'wait until Tue, 03 Jun 2025 10:00:00 GMT',
    ],
  ])('takes %i %j for %s', async (status, headers, state, text) => {
    at.server.answers.set('status', (_request, response) => response.writeHead(status, headers).end());
    // One of its own, that no other test's answers have asked to wait.
    const { server, certificate: ca } = at;
    const store = new HttpsStore({ allowedHosts: [server.host], allowedNetworks: ['127.0.0.0/8'], ca });
    const seen = await store.stat(at.uriNamed('status'));
    expect(seen).toMatchObject({ state, evidence: expect.stringContaining(text) });
    expect(await thrownBy(store.read(at.uriNamed('status')))).toMatchObject({ code: state });
    store.close();
  });

  it('lists nothing, and says so', async () => {
    const prefix = at.uriNamed('folder/');
    expect(await at.store.refuses(prefix)).toMatchObject({
      code: 'not-listable',
      text: expect.stringContaining('name each'),
    });
    expect(await thrownBy(allListed(at.store.list(prefix)))).toMatchObject({ code: 'unsupported' });
    expect(await thrownBy(allListed(at.store.list(at.uriNamed('file'))))).toBeInstanceOf(TypeError);
  });

  it('trusts no certificate that nobody vouches for', async () => {
    const store = new HttpsStore({ allowedHosts: [at.server.host], allowedNetworks: ['127.0.0.0/8'] });
    const seen = await store.stat(await at.plant('untrusted', freshBytes(1)));
    expect(seen).toEqual({ state: 'unreachable', evidence: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT') });
    store.close();
  });

  it('sends credentials to the host they are for, and shows them nowhere', async () => {
    const credentials = { [at.server.host]: user };
    const allowedHosts = [at.server.host];
    const options = { allowedHosts, credentials, allowedNetworks: ['127.0.0.0/8'], ca: at.certificate };
    const store = new HttpsStore(options);
    at.server.answers.set('guarded', (request, response) => {
      const [, given = ''] = /^Basic (.*)$/.exec(request.headers.authorization ?? '') ?? [];
      const right = Buffer.from(given, 'base64').toString() === `${user.username}:${user.password}`;
      response.writeHead(right ? 403 : 401).end();
    });
    const seen = await store.stat(at.uriNamed('guarded'));
    expect(seen).toMatchObject({ state: 'forbidden', evidence: expect.stringContaining('403') });
    expect(JSON.stringify(seen)).not.toContain(user.password);
    store.close();
  });

  it('speaks without TLS only where a host in an allowed network is listed so', async () => {
    const plain = await startFileServer();
    plain.files.set('a', freshBytes(5));
    const uri = `http://${plain.host}/a`;
    const networks = { allowedNetworks: ['127.0.0.0/8'] };
    const secureOnly = new HttpsStore({ allowedHosts: [plain.host], ...networks });
    const noNetwork = new HttpsStore({ allowedHosts: [`http://${plain.host}`] });
    const both = new HttpsStore({ allowedHosts: [`http://${plain.host}`], ...networks });
    expect(await secureOnly.refuses(uri)).toMatchObject({ code: 'host-not-allowed' });
    expect(await noNetwork.stat(uri)).toMatchObject({ state: 'forbidden' });
    expect(plain.arrived).toEqual([]);
    expect(await both.stat(uri)).toMatchObject({ state: 'present', size: 5 });
    for (const store of [secureOnly, noNetwork, both]) store.close();
    await plain.stop();
  });

  it.each([
    ['ftp://host/a', 'https://host/path'],
    ['https:///a', 'https://host/path'],
    ['https://user:secret@host/a', 'credentials belong in the configuration'],
    ['https://host/a#b', '%23'],
    ['https://host/a b', '%20'],
    ['https://host\\@evil/a', 'percent-encoded'],
    ['https://host/a\nb', 'percent-encoded'],
    ['https://host:99999/a', 'not a URL'],
  ])('refuses %j and says what would be right', async (uri, text) => {
    const refusal = await at.store.refuses(uri);
    expect(refusal).toMatchObject({ code: 'malformed-uri', text: expect.stringContaining(text) });
    expect(refusal?.text).not.toContain('secret');
  });
});
