import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createPlain } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { Server, Socket } from 'node:net';
import { listenAnywhere } from '../support/s3-ports.js';
import type { SelfSigned } from '../support/self-signed.js';

/** Answers one request itself; the path is decoded and without its query. */
export type Answer = (request: IncomingMessage, response: ServerResponse, path: string) => void;

/** A request as it arrived. */
export interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** A real web server for files in memory, with as many ways to misbehave as tests give it. */
export interface FileServer {
  readonly host: string;
  readonly port: number;
  readonly files: Map<string, Uint8Array>;
  /** Paths that are answered otherwise than with a file. */
  readonly answers: Map<string, Answer>;
  readonly arrived: Arrived[];
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts a server on a free port of `address`: with TLS where a certificate is given. */
export async function startFileServer(certificate?: SelfSigned, address = '127.0.0.1', at = 0): Promise<FileServer> {
  const files = new Map<string, Uint8Array>();
  const answers = new Map<string, Answer>();
  const arrived: Arrived[] = [];
  const sockets = new Set<Socket>();
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://x').pathname.slice(1));
    arrived.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers });
    const answer = answers.get(path);
    const bytes = files.get(path);
    if (answer) answer(request, response, path);
    else if (bytes) sendFile(request, response, bytes);
    else response.writeHead(404).end();
  };
  const tls = certificate && {
    key: certificate.key.export({ type: 'pkcs8', format: 'pem' }),
    cert: certificate.certificate,
  };
  const make = (): Server => {
    const server = tls ? createSecure(tls, listener) : createPlain(listener);
    return server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
  };
  let server = make();
  const port = await listen(server, address, at);
  const stop = async (): Promise<void> => {
    const closed = once(server.close(), 'close');
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const start = async (): Promise<void> => {
    server = make();
    await listen(server, address, port);
  };
  return { host: `${address}:${port}`, port, files, answers, arrived, stop, start };
}

async function listen(server: Server, address: string, port: number): Promise<number> {
  if (address === '127.0.0.1' && port === 0) return listenAnywhere(server);
  await once(server.listen(port, address), 'listening');
  return port;
}

/** Sends bytes as a well-behaved server does: with an ETag, and the part that was asked for. */
export function sendFile(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;
  response.setHeader('etag', etag).setHeader('accept-ranges', 'bytes');
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  if (from === undefined) {
    response.writeHead(200, { 'content-length': bytes.byteLength }).end(bytes);
    return;
  }
  const start = Number(from);
  const end = Math.min(to === '' || to === undefined ? Infinity : Number(to), bytes.byteLength - 1);
  if (start > end) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.byteLength}` }).end();
    return;
  }
  const part = bytes.subarray(start, end + 1);
  const range = `bytes ${start}-${end}/${bytes.byteLength}`;
  response.writeHead(206, { 'content-length': part.byteLength, 'content-range': range }).end(part);
}
