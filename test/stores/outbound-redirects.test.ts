import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Outbound, type OutboundResponse } from '../../src/stores/outbound/outbound.js';
import { selfSigned } from '../support/self-signed.js';
import { startFileServer, type FileServer } from './https-server.js';
import { thrownBy } from './thrown-by.js';

const signed = selfSigned();

describe('a redirect', () => {
  let first: FileServer;
  let other: FileServer;
  let plain: FileServer;
  let out: Outbound;
  beforeAll(async () => {
    first = await startFileServer(signed);
    other = await startFileServer(signed);
    plain = await startFileServer();
    for (const { files } of [first, other, plain]) files.set('file', Buffer.from('hello'));
    out = new Outbound({
      allowedHosts: [first.host, other.host, `http://${plain.host}`, 'metadata.example', 'localhost:1'],
      allowedNetworks: ['127.0.0.1/32'],
      ca: signed.certificate,
      resolve: async (name) => [{ address: name === 'metadata.example' ? '169.254.169.254' : '127.0.0.2', family: 4 }],
    });
  });
  beforeEach(() => [first, other, plain].forEach(({ arrived }) => (arrived.length = 0)));
  afterAll(async () => {
    out.close();
    for (const server of [first, other, plain]) await server.stop();
  });

  const from = (server: FileServer, location: string, status = 302): void =>
    void server.answers.set('from', (_request, response) => response.writeHead(status, { location }).end());
  const ask = (server: FileServer, headers: Record<string, string> = {}): Promise<OutboundResponse> => {
    const scheme = server === plain ? 'http' : 'https';
    const url = new URL(`${scheme}://${server.host}/from?signature=secret`);
    return out.request({ method: 'HEAD', url, headers, maxBytes: 10, totalMs: 60_000 });
  };

  it.each([301, 302, 303, 307, 308])('is followed (%i), and who answered in the end is told', async (status) => {
    from(first, `https://${other.host}/file`, status);
    expect(await ask(first)).toMatchObject({ status: 200, host: other.host });
    expect(other.arrived).toMatchObject([{ method: 'HEAD', path: '/file' }]);
  });

  it('may be relative', async () => {
    from(first, '/file');
    expect(await ask(first)).toMatchObject({ status: 200, host: first.host });
  });

  it('takes credentials along only to the same host, port and protocol', async () => {
    const headers = { Authorization: 'Bearer secret', Cookie: 'secret', accept: 'text/plain' };
    from(first, '/file');
    await ask(first, headers);
    expect(first.arrived.at(-1)?.headers).toMatchObject({ authorization: 'Bearer secret', cookie: 'secret' });
    from(first, `https://${other.host}/file`);
    await ask(first, headers);
    expect(other.arrived.at(-1)?.headers).toMatchObject({ accept: 'text/plain' });
    expect(JSON.stringify(other.arrived)).not.toContain('secret');
  });

  it('that leads away and back brings no credentials back', async () => {
    from(first, `https://${other.host}/back`);
    other.answers.set('back', (_request, response) =>
      response.writeHead(302, { location: `https://${first.host}/file` }).end(),
    );
    await ask(first, { authorization: 'Bearer secret' });
    expect(first.arrived.at(-1)).toMatchObject({ path: '/file' });
    expect(first.arrived.at(-1)?.headers.authorization).toBeUndefined();
  });

  it.each([
    ['a host that is not allowed', 'https://evil.example/', 'evil.example is not among the allowed hosts'],
    ['an address', 'https://169.254.169.254/latest/meta-data/', 'not among the allowed hosts'],
    ['a name of a metadata service', 'https://metadata.example/', 'metadata service'],
    ['a name that resolves to a network that is not allowed', 'https://localhost:1/', 'loopback'],
    ['another protocol', 'file:///etc/passwd', 'without TLS'],
    ['nowhere', 'https://:80:80/', 'without saying where to'],
  ])('to %s is not followed', async (_what, location, text) => {
    from(first, location);
    const error = await thrownBy(ask(first));
    expect(error).toMatchObject({ name: 'OutboundError', message: expect.stringContaining(text) });
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
  });

  it('from TLS to none is not followed, even to an allowed host', async () => {
    from(first, `http://${plain.host}/file`);
    const message = expect.stringContaining('without TLS');
    expect(await thrownBy(ask(first))).toMatchObject({ code: 'not-allowed', message });
    expect(plain.arrived).toEqual([]);
  });

  it('from none to TLS is followed', async () => {
    from(plain, `https://${other.host}/file`);
    expect(await ask(plain)).toMatchObject({ status: 200, host: other.host });
  });

  it.each(['PUT', 'DELETE'] as const)(
    'of a %s is not followed: what changes something goes nowhere else',
    async (method) => {
      for (const [to, status] of [
        [other, 307],
        [first, 308],
        [first, 302],
      ] as const) {
        from(first, `https://${to.host}/file`, status);
        first.arrived.length = 0;
        const url = new URL(`https://${first.host}/from`);
        const content = Buffer.from('a manifest');
        const asked = out.request({ method, url, content, maxBytes: 10, totalMs: 60_000 });
        const message = `${first.host} redirects a ${method} to ${to.host}, which is not followed`;
        expect(await thrownBy(asked)).toMatchObject({ code: 'not-allowed', message });
        expect([first.arrived.length, other.arrived.length]).toEqual([1, 0]);
        expect(first.arrived[0]).toMatchObject({ method, headers: { 'content-length': '10' } });
      }
    },
  );

  it('is followed five times and no more', async () => {
    const hops = (count: number): void => {
      let left = count;
      first.answers.set('from', (_request, response) => {
        left -= 1;
        response.writeHead(302, { location: left > 0 ? '/from' : '/file' }).end();
      });
    };
    hops(5);
    expect(await ask(first)).toMatchObject({ status: 200 });
    first.arrived.length = 0;
    hops(6);
    expect(await thrownBy(ask(first))).toMatchObject({ message: expect.stringContaining('more than 5 times') });
    expect(first.arrived).toHaveLength(6);
  });
});
