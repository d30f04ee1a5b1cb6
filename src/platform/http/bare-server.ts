import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What one address of a {@link listenBare} answers. */
export interface BareAnswer {
  readonly status?: number;
  readonly type: string;
  readonly body: string;
}

/** A server that listens. */
export interface BareServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What is answered at which path. A function that throws is answered for with 500. */
export type BareRoutes = Readonly<Record<string, () => BareAnswer | Promise<BareAnswer>>>;

/**
 * Listens with nothing but Node's own server, for a process whose work is something else: a few addresses, GET and HEAD.
 * `failed` is told of a connection that could not be taken, for want of memory, say: the server goes on listening.
 * @throws the system's error where it cannot listen there
 */
export async function listenBare(
  at: { host: string; port: number },
  routes: BareRoutes,
  failed: (error: Error) => void,
): Promise<BareServer> {
  const server = createServer((request, response) => void answer(request, response, routes));
  server.listen(at.port, at.host);
  await once(server, 'listening');
  // An error that nobody listens for would end the process.
  server.on('error', failed);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${at.host.includes(':') ? `[${at.host}]` : at.host}:${port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, routes: BareRoutes): Promise<void> {
  const { status = 200, type, body } = await answerOf(request, routes);
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answerOf({ method = '', url = '' }: IncomingMessage, routes: BareRoutes): Promise<BareAnswer> {
  const route = Object.hasOwn(routes, pathOf(url)) ? routes[pathOf(url)] : undefined;
  if (route === undefined) return plain(404, `There is ${Object.keys(routes).join(', ')} here.`);
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'Only GET and HEAD are answered here.');
  try {
    return await route();
  } catch (error) {
    return plain(500, error instanceof Error ? error.message : String(error));
  }
}

const pathOf = (url: string): string => url.split('?', 1)[0] ?? '';
const plain = (status: number, text: string): BareAnswer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${text}\n`,
});
