import { createServer, request as ask, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import { text as textOf } from 'node:stream/consumers';
import { inject, onTestFinished } from 'vitest';
import type { S3Limits } from '../../src/stores/s3-options.js';
import { S3Store } from '../../src/stores/s3-store.js';
import { listenAnywhere } from '../support/s3-ports.js';

/** A request as the front sees it; `url` is the path with its query. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** What the front answers in the place of the S3 server. */
export interface Instead {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

/** What the front adds to an answer of the S3 server, by the names of the headers, or puts in the place of its text. */
export interface Change {
  readonly headers?: OutgoingHttpHeaders;
  readonly text?: (body: string) => string;
}

/** The run's S3 server behind a front that gives the answers which that server cannot give. */
export interface S3Answers {
  readonly store: S3Store;
  readonly endpoint: string;
  readonly asked: Asked[];
  instead: (asked: Asked) => Instead | null;
  change: (asked: Asked) => Change | null;
}

/** Starts a front before the run's S3 server, and a store on it; both end with the test. Requests pass unchanged, so signatures hold. */
export async function s3Answers(limits: Partial<S3Limits> = { attempts: 1 }): Promise<S3Answers> {
  const { endpoint: target, keys: credentials, bucket } = inject('s3');
  const { hostname, port } = new URL(target);
  const server = createServer((from, reply) => {
    const { method = '', url = '', headers } = from;
    const one = { method, url, headers };
    at.asked.push(one);
    const instead = at.instead(one);
    if (instead !== null) {
      from.resume();
      reply.writeHead(instead.status, instead.headers).end(method === 'HEAD' ? undefined : instead.body);
      return;
    }
    const change = at.change(one);
    const onward = ask({ hostname, port, method, path: url, headers, agent: false }, (response) => {
      const { 'content-length': length, ...rest } = response.headers;
      const kept = change?.text === undefined && length !== undefined ? { 'content-length': length } : {};
      reply.writeHead(response.statusCode ?? 502, { ...rest, ...kept, ...change?.headers });
      const { text } = change ?? {};
      if (text === undefined) response.pipe(reply);
      else void textOf(response).then((body) => reply.end(text(body)));
    });
    onward.on('error', () => reply.destroy());
    from.pipe(onward);
  });
  const endpoint = `http://127.0.0.1:${await listenAnywhere(server)}`;
  const store = new S3Store({ bucket, endpoint, credentials, limits });
  const at: S3Answers = { store, endpoint, asked: [], instead: () => null, change: () => null };
  onTestFinished(async () => {
    store.close();
    server.closeAllConnections();
    await once(server.close(), 'close');
  });
  return at;
}

/** An error as S3 servers write it. */
export function s3Error(status: number, code: string): Instead {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><RequestId>1</RequestId></Error>`;
  return { status, headers: { 'content-type': 'application/xml', 'x-amz-request-id': '1' }, body };
}

/** What a web server says that knows nothing of S3. */
export function webPage(status: number): Instead {
  const body =
    '<html>\r\n<head><title>x</title></head>\r\n<body>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n';
  return { status, headers: { 'content-type': 'text/html' }, body };
}
