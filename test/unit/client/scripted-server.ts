import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { problemOf } from '../../../src/contract/problem.js';
import type { ErrorCode } from '../../../src/contract/errors.js';

/** One request as the server saw it. */
export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
}

export type Script = (seen: Seen, response: ServerResponse) => void | Promise<void>;

/** A real HTTP server whose answers the test writes. `requests` holds all that came, in order. */
export async function scriptedServer(script: Script): Promise<{ url: string; requests: Seen[] }> {
  const requests: Seen[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://scripted');
      const { method = '', headers } = request;
      // Whoever asked may go away in the middle of it; then there is nothing to answer.
      const body = await text(request).catch(() => null);
      if (body === null) return;
      const seen = { method, path: url.pathname, query: url.searchParams, headers, body };
      requests.push(seen);
      await script(seen, response);
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the scripted server has no port');
  return { url: `http://127.0.0.1:${address.port}`, requests };
}

export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function problem(response: ServerResponse, code: ErrorCode, detail = '', extra = {}): void {
  const body = problemOf(code, detail, extra);
  response.writeHead(body.status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
}

/** A port of this machine on which nothing listens. */
export async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}
