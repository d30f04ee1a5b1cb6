import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

/** A web server with one file that counts the bytes it was made to send. */
export interface CountingFileServer {
  readonly host: string;
  readonly port: number;
  /** Bytes of the file handed to connections so far, at most a connection's buffers ahead of what was read. */
  sent(): number;
  close(): Promise<void>;
}

const PIECE = 64 * 1024;

/** Serves `bytes` at every path, in parts where they are asked for, with an entity tag unless told to leave it out. */
export async function startCountingFileServer(
  bytes: Buffer,
  etag: string | null = '"one"',
): Promise<CountingFileServer> {
  let sent = 0;
  const server = createServer((request, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const start = Number(from ?? 0);
    const end = to === undefined || to === '' ? bytes.length - 1 : Number(to);
    const range = from === undefined ? {} : { 'content-range': `bytes ${start}-${end}/${bytes.length}` };
    const headers = { 'content-length': end - start + 1, ...range, ...(etag === null ? {} : { etag }) };
    response.writeHead(from === undefined ? 200 : 206, headers);
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const pieces = function* (): Generator<Buffer> {
      for (let at = start; at <= end; at += PIECE) {
        const piece = bytes.subarray(at, Math.min(at + PIECE, end + 1));
        sent += piece.length;
        yield piece;
      }
    };
    const body = Readable.from(pieces(), { objectMode: false, highWaterMark: PIECE });
    response.once('close', () => body.destroy());
    body.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    port,
    sent: () => sent,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
