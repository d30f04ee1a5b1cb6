import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Outbound, type OutboundResponse } from '../../src/stores/outbound/outbound.js';
import type { OutboundLimits } from '../../src/stores/outbound/outbound-limits.js';
import { listenAnywhere } from '../support/s3-ports.js';
import { thrownBy } from './thrown-by.js';

describe('a request, against a server that misbehaves,', () => {
  let server: Server;
  let host: string;
  let sockets: Socket[];
  let outs: Outbound[];
  /** What the server writes once a request has come. */
  let speak: (socket: Socket) => void;
  beforeEach(async () => {
    [sockets, outs] = [[], []];
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', () => speak(socket));
    });
    host = `127.0.0.1:${await listenAnywhere(server)}`;
  });
  afterEach(async () => {
    for (const out of outs) out.close();
    for (const socket of sockets) socket.destroy();
    if (server.listening) await once(server.close(), 'close');
  });

  const outbound = (limits: Partial<OutboundLimits> = {}, scheme = 'http'): Outbound => {
    const out = new Outbound({ allowedHosts: [`${scheme}://${host}`], allowedNetworks: ['127.0.0.1/32'], limits });
    outs.push(out);
    return out;
  };
  const get = (
    out: Outbound,
    asked: { maxBytes?: number; totalMs?: number; signal?: AbortSignal; scheme?: string } = {},
  ): Promise<OutboundResponse> => {
    const { scheme = 'http', ...rest } = asked;
    const url = new URL(`${scheme}://${host}/secret?signature=secret`);
    return out.request({
      method: 'GET',
      url,
      headers: { authorization: 'secret' },
      maxBytes: 1e6,
      totalMs: 60_000,
      ...rest,
    });
  };
  /** What an unreachable host is said to have done. Nothing secret is in it. */
  const saidOf = async (work: Promise<unknown>): Promise<string> => {
    const error = await thrownBy(work);
    expect(error).toMatchObject({ name: 'OutboundError', code: 'unreachable', message: expect.any(String) });
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
    return String(error);
  };

  it('gives up on a TLS handshake that does not come', async () => {
    speak = () => undefined;
    expect(await saidOf(get(outbound({ connectMs: 80 }, 'https'), { scheme: 'https' }))).toContain(
      'took no connection within 80 ms',
    );
  });

  it('gives up on an answer that does not come', async () => {
    speak = () => undefined;
    expect(await saidOf(get(outbound({ idleMs: 80 })))).toContain('did not answer within 80 ms');
  });

  it('gives up on a head that drips', async () => {
    speak = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('X-Slow: yes\r\n'), 20);
      socket.once('close', () => clearInterval(timer));
    };
    expect(await saidOf(get(outbound({ idleMs: 120 })))).toContain('did not answer within 120 ms');
  });

  it('gives up on a body that stops', async () => {
    speak = (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
    const { body } = await get(outbound({ idleMs: 2_000 }));
    expect(await saidOf(buffer(body))).toContain('sent nothing for 2000 ms');
  });

  it('gives up on a body that drips without end', async () => {
    speak = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const timer = setInterval(() => socket.write('x'), 10);
      socket.once('close', () => clearInterval(timer));
    };
    const reading = get(outbound(), { totalMs: 300 }).then(({ body }) => buffer(body));
    expect(await saidOf(reading)).toContain('longer than 300 ms in all');
  });

  it('does not count the time that the reader takes', async () => {
    const bytes = Buffer.alloc(400_000, 'x');
    speak = (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes.length}\r\n\r\n`);
      socket.end(bytes);
    };
    const { body } = await get(outbound({ idleMs: 2_000 }));
    let size = 0;
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      if (size === 0) await wait(2_100);
      size += chunk.byteLength;
    }
    expect(size).toBe(bytes.length);
  });

  it('takes no more bytes than were wanted, however long the answer', async () => {
    speak = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const more = (): void => {
        while (socket.write(Buffer.alloc(65_536)));
      };
      socket.on('drain', more);
      more();
    };
    const { body } = await get(outbound(), { maxBytes: 300_000 });
    const error = await thrownBy(buffer(body));
    expect(error).toMatchObject({ code: 'too-large', message: `${host} sent more than 300000 bytes` });
  });

  it('unpacks nothing', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    speak = (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`);
      socket.end(bomb);
    };
    const { body } = await get(outbound(), { maxBytes: bomb.length });
    expect((await buffer(body)).equals(bomb)).toBe(true);
  });

  it.each([
    ['hangs up', '', 'did not answer (ECONNRESET)'],
    ['speaks no HTTP', 'SSH-2.0-OpenSSH_9\r\n\r\n', 'did not answer (HPE_'],
    ['sends endless headers', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`, 'did not answer (HPE_HEADER_OVERFLOW)'],
    [
      'switches to another protocol',
      'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
      'another protocol',
    ],
  ])('is told when it %s', async (_what, text, said) => {
    speak = (socket) => void socket.end(text);
    expect(await saidOf(get(outbound()))).toContain(said);
  });

  it('ends a body that is shorter than it said', async () => {
    speak = (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
    expect(await saidOf(buffer((await get(outbound())).body))).toContain('(ECONNRESET)');
  });

  it('is told when nobody listens', async () => {
    await once(server.close(), 'close');
    expect(await saidOf(get(outbound()))).toContain('did not answer (ECONNREFUSED)');
  });

  it('asks again where a kept connection was closed just then', async () => {
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    let requests = 0;
    // The second request meets the first connection while it is being reset.
    speak = (socket) => {
      requests += 1;
      if (requests === 2) socket.resetAndDestroy();
      else socket.write(answer);
    };
    const out = outbound();
    for (let at = 0; at < 2; at++) expect(String(await buffer((await get(out)).body))).toBe('ok');
    expect(requests).toBe(3);
    expect(sockets).toHaveLength(2);
  });

  it('ends with the reason of its signal, before the answer and after', async () => {
    speak = () => undefined;
    const early = new AbortController();
    const asked = get(outbound(), { signal: early.signal });
    setTimeout(() => early.abort(new Error('enough')), 30);
    await expect(asked).rejects.toThrow('enough');
    speak = (socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\nhello');
    const late = new AbortController();
    const { body } = await get(outbound(), { signal: late.signal });
    setTimeout(() => late.abort(new Error('enough of it')), 30);
    await expect(buffer(body)).rejects.toThrow('enough of it');
    await expect(get(outbound(), { signal: AbortSignal.abort(new Error('never')) })).rejects.toThrow('never');
  });
});
