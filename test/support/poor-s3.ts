import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { listenAnywhere } from './s3-ports.js';

/** What a server answers to a request for one of an object's subresources, such as its tags. */
export interface PoorAnswer {
  readonly status: number;
  /** S3's name of the error. */
  readonly code?: string;
  /** The body, where there is no error. */
  readonly body?: string;
  /** The id of the request, as S3 servers send one with each answer. */
  readonly requestId?: string;
}

/** An S3 server that lacks something that ours has. */
export interface PoorS3 {
  readonly endpoint: string;
  /** What it answers by itself, by method and subresource: `PUT tagging`. All else is answered by the server behind it. */
  answers: Readonly<Record<string, PoorAnswer>>;
  /** What it answered by itself so far. */
  readonly answered: readonly string[];
  close(): Promise<void>;
}

/** Starts such a server in front of ours. Requests pass unchanged, so signatures hold. */
export async function startPoorS3(target: string): Promise<PoorS3> {
  const to = new URL(target);
  const answered: string[] = [];
  const server = createServer((from, reply) => void answer(from, reply).catch(() => reply.destroy()));
  const answer = async (from: IncomingMessage, reply: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = from;
    const [subresource = ''] = new URL(url, target).searchParams.keys();
    const asked = `${method} ${subresource}`;
    const own = poor.answers[asked];
    if (own !== undefined) {
      answered.push(asked);
      from.resume();
      const error = `<?xml version="1.0"?><Error><Code>${own.code}</Code><Message>no</Message></Error>`;
      const id = own.requestId === undefined ? {} : { 'x-amz-request-id': own.requestId };
      return void reply.writeHead(own.status, { 'content-type': 'application/xml', ...id }).end(own.body ?? error);
    }
    const ask = request({ host: to.hostname, port: to.port, method, path: url, headers, agent: false });
    from.pipe(ask);
    const [response] = (await once(ask, 'response')) as [IncomingMessage];
    reply.writeHead(response.statusCode ?? 500, response.headers);
    await pipeline(response, reply);
  };
  const poor: PoorS3 = {
    endpoint: `http://127.0.0.1:${await listenAnywhere(server)}`,
    answers: {},
    answered,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
  return poor;
}
