import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { S3Store } from '../../src/stores/s3-store.js';
import { listenAnywhere } from '../support/s3-ports.js';
import { allOf } from './sample-bytes.js';
import { thrownBy } from './thrown-by.js';

const MB = 1024 * 1024;
const URI = 's3://models/fraud/weights';
const PREFIX = 's3://models/fraud/';

describe('an S3 server that is no good', () => {
  let server: Server;
  let url: string;
  let store: S3Store;
  let asked: string[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      answer(request, response);
    });
    url = `http://127.0.0.1:${await listenAnywhere(server)}`;
    store = new S3Store({
      bucket: 'models',
      endpoint: url,
      credentials: { accessKeyId: 'reader', secretAccessKey: 'hunter2' },
      // What trickles is never idle: it is the limits on the whole that end it.
      limits: { idleMs: 60_000, statMs: 300, readMs: 300, listMs: 300, attempts: 1, readBytes: MB },
    });
  });
  beforeEach(() => void (asked = []));
  afterAll(() => {
    store.close();
    server.closeAllConnections();
    server.close();
  });

  const trickle = (response: ServerResponse): void => {
    const timer = setInterval(() => (response.destroyed ? clearInterval(timer) : response.write('<')), 20);
  };
  const flood = (response: ServerResponse, count: (bytes: number) => void = () => undefined): void => {
    const piece = Buffer.alloc(65_536, 'x');
    const more = (): void => {
      while (!response.destroyed && response.write(piece)) count(piece.byteLength);
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  };
  const page = (token: string, contents = ''): string =>
    `<?xml version="1.0"?><ListBucketResult><IsTruncated>true</IsTruncated>${contents}` +
    `<NextContinuationToken>${token}</NextContinuationToken></ListBucketResult>`;

  it('and sends its answer a byte at a time is given up', async () => {
    answer = (_request, response) => trickle(response.writeHead(200));
    expect(await store.stat(PREFIX)).toMatchObject({ state: 'unreachable' });
  });

  it('and sends the head of an object a byte at a time is given up', async () => {
    answer = ({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\nx-slow: ');
      const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write('a')), 20);
    };
    expect(await thrownBy(store.read(URI))).toMatchObject({ name: 'StoreError', code: 'unreachable' });
  });

  it('and sends an object a byte at a time is given up', async () => {
    answer = (_request, response) => trickle(response.writeHead(200, { 'content-length': '100000' }));
    const message = expect.stringContaining('took longer than 300 ms in all');
    expect(await thrownBy(allOf(store.read(URI)))).toMatchObject({ code: 'unreachable', message });
  });

  it('and sends an object without end is given up', async () => {
    answer = (_request, response) => flood(response.writeHead(200));
    const message = expect.stringContaining(`sent more than ${MB} bytes`);
    expect(await thrownBy(allOf(store.read(URI)))).toMatchObject({ code: 'unreachable', message });
  });

  it.each([
    [200, PREFIX],
    [403, PREFIX],
    [403, URI],
  ])('and sends an answer without end (%i, about %s) is given up before it fills the memory', async (status, uri) => {
    let sent = 0;
    answer = (_request, response) => flood(response.writeHead(status), (bytes) => (sent += bytes));
    const read = uri === PREFIX ? store.stat(uri) : thrownBy(store.read(uri));
    expect(JSON.stringify(await read)).toMatch(/sent more than 16777216 bytes|did not answer/);
    expect(sent).toBeLessThan(200 * MB);
  });

  it('and lists its objects in a circle is asked no further', async () => {
    answer = (_request, response) => response.end(page(`t${asked.length % 3}`));
    const evidence = 'the S3 server began its list of objects anew';
    expect(await store.stat(PREFIX)).toEqual({ state: 'unreachable', evidence });
    expect(asked).toHaveLength(4);
  });

  it('and lists them without end is asked no longer than a list may take', async () => {
    answer = (_request, response) => void setTimeout(() => response.end(page(`t${asked.length}`)), 10);
    const evidence = expect.stringContaining('took longer than 300 ms to list');
    expect(await store.stat(PREFIX)).toEqual({ state: 'unreachable', evidence });
  });

  it.each([
    ['no XML', 'hunter2 <<<>'],
    ['a key that is no text', page('', '<EncodingType>url</EncodingType><Contents><Key>%zz</Key></Contents>')],
    ['a size that is no number', page('', '<Contents><Key>fraud/a</Key><Size>many</Size></Contents>')],
  ])('and lists %s is unreachable', async (_what, text) => {
    answer = (_request, response) => response.end(text);
    const seen = await store.stat(PREFIX);
    expect(seen).toMatchObject({
      state: 'unreachable',
      evidence: expect.stringMatching(/cannot be read|no answer of S3/),
    });
    expect(JSON.stringify(seen)).not.toContain('hunter2');
  });

  it.each([301, 302, 303, 307, 308])('and sends everyone on (%i) is not followed', async (status) => {
    const location = `${url}/latest/meta-data`;
    answer = (_request, response) => void response.writeHead(status, { location }).end();
    expect(await store.stat(URI)).toMatchObject({
      state: 'unreachable',
      evidence: expect.stringContaining(`${status}`),
    });
    expect(asked).toEqual(['HEAD /models/fraud/weights']);
  });
});
