import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Address } from '../../src/stores/outbound/checked-lookup.js';
import { Outbound, type OutboundOptions } from '../../src/stores/outbound/outbound.js';
import { selfSigned } from '../support/self-signed.js';
import { startFileServer, type FileServer } from './https-server.js';
import { thrownBy } from './thrown-by.js';

const signed = selfSigned();
const LOOPBACK = { address: '127.0.0.1', family: 4 };

describe('a request to a host by its name', () => {
  let server: FileServer;
  let elsewhere: FileServer;
  let answers: readonly Address[][];
  let resolved: string[];
  const resolve = async (hostname: string): Promise<readonly Address[]> => {
    resolved.push(hostname);
    return answers[Math.min(resolved.length, answers.length) - 1] ?? [];
  };
  const outbound = (options: Partial<OutboundOptions> = {}): Outbound =>
    new Outbound({
      allowedHosts: [`localhost:${server.port}`],
      allowedNetworks: ['127.0.0.1/32'],
      ca: signed.certificate,
      resolve,
      ...options,
    });
  const ask = async (out: Outbound, url = `https://localhost:${server.port}/file`): Promise<number> => {
    try {
      const asked = { method: 'HEAD' as const, url: new URL(url), maxBytes: 1_000, totalMs: 60_000 };
      return (await out.request(asked)).status;
    } finally {
      out.close();
    }
  };
  beforeAll(async () => {
    server = await startFileServer(signed);
    elsewhere = await startFileServer(signed, '127.0.0.2', server.port);
    for (const { files } of [server, elsewhere]) files.set('file', Buffer.from('hello'));
  });
  beforeEach(() => {
    answers = [[LOOPBACK]];
    resolved = [];
    for (const { arrived } of [server, elsewhere]) arrived.length = 0;
  });
  afterAll(async () => {
    await server.stop();
    await elsewhere.stop();
  });

  it('goes to the address that was resolved and checked, asked for once', async () => {
    expect(await ask(outbound())).toBe(200);
    expect(resolved).toEqual(['localhost']);
    expect(server.arrived).toHaveLength(1);
  });

  it.each([
    ['127.0.0.2', 'loopback'],
    ['169.254.169.254', 'metadata'],
    ['10.0.0.1', 'private'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.2', 'loopback'],
    ['64:ff9b::7f00:2', 'loopback'],
    ['fe80::1%lo', 'can be checked'],
  ])('is not made when the name leads to %s', async (address, kind) => {
    answers = [[{ address, family: address.includes(':') ? 6 : 4 }]];
    const error = await thrownBy(ask(outbound()));
    expect(error).toMatchObject({ name: 'OutboundError', code: 'not-allowed', message: expect.stringContaining(kind) });
    expect([...server.arrived, ...elsewhere.arrived]).toEqual([]);
  });

  it('leaves out the addresses that may not be asked, whatever their order', async () => {
    const bad = ['127.0.0.2', '::1', '169.254.169.254'].map((address) => {
      return { address, family: address.includes(':') ? 6 : 4 };
    });
    answers = [[...bad, LOOPBACK, ...bad]];
    expect(await ask(outbound())).toBe(200);
    expect(elsewhere.arrived).toEqual([]);
    answers = [bad];
    resolved = [];
    expect(await thrownBy(ask(outbound()))).toMatchObject({ code: 'not-allowed' });
  });

  it('is not fooled by a name that leads elsewhere the second time (DNS rebinding)', async () => {
    answers = [[LOOPBACK], [{ address: '127.0.0.2', family: 4 }]];
    const out = outbound();
    const asked = { method: 'GET' as const, url: new URL(`https://localhost:${server.port}/file`) };
    const first = await out.request({ ...asked, maxBytes: 1_000, totalMs: 60_000 });
    first.body.destroy();
    expect(first.status).toBe(200);
    expect(resolved).toHaveLength(1);
    // The first connection is gone with its body, so this one is resolved and checked anew.
    const second = out.request({ ...asked, maxBytes: 1_000, totalMs: 60_000 });
    expect(await thrownBy(second)).toMatchObject({
      code: 'not-allowed',
      message: expect.stringContaining('127.0.0.2'),
    });
    expect(resolved).toHaveLength(2);
    expect(elsewhere.arrived).toEqual([]);
    out.close();
  });

  it('says that a name leads nowhere', async () => {
    answers = [[]];
    expect(await thrownBy(ask(outbound()))).toMatchObject({ message: expect.stringContaining('no address') });
    // The machine's own resolver says so, in its own time.
    const limits = { connectMs: 60_000 };
    const out = new Outbound({ allowedHosts: ['no-such-host.invalid'], limits });
    const error = await thrownBy(ask(out, 'https://no-such-host.invalid/a'));
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringMatching(/did not answer \(E\w+\)/) });
  });

  it.each([
    ['a decimal', '2130706433'],
    ['an octal', '0177.0.0.1'],
    ['a hexadecimal', '0x7f.1'],
    ['a short', '127.1'],
    ['a plain', '127.0.0.1'],
    ['a wide', '１２７.０.０.１'],
    ['an IPv6', '[::1]'],
    ['a mapped', '[::ffff:127.0.0.1]'],
    ['a translated', '[64:ff9b::7f00:1]'],
  ])('is not made to %s address of a network that is not allowed', async (_what, host) => {
    const url = `https://${host}:${server.port}/file`;
    const canonical = new URL(url).host;
    const out = outbound({ allowedHosts: [canonical], allowedNetworks: [] });
    expect(out.problem(new URL(url))).toContain('is a loopback address');
    expect(await thrownBy(ask(out, url))).toMatchObject({ code: 'not-allowed' });
    expect(resolved).toEqual([]);
    expect(server.arrived).toEqual([]);
  });

  it.each([
    ['another port', (port: number) => `https://localhost:${port + 1}/file`],
    ['no port', () => 'https://localhost/file'],
    ['no TLS', (port: number) => `http://localhost:${port}/file`],
    ['a user', (port: number) => `https://user:pass@localhost:${port}/file`],
    ['a user that looks like a host', (port: number) => `https://localhost:${port}@evil.example/file`],
    ['a dot behind the name', (port: number) => `https://localhost.:${port}/file`],
  ])('is not made with %s', async (_what, urlOf) => {
    expect(await thrownBy(ask(outbound(), urlOf(server.port)))).toMatchObject({ code: 'not-allowed' });
    expect(resolved).toEqual([]);
    expect(server.arrived).toEqual([]);
  });
});
