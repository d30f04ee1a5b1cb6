import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { S3Store } from '../../src/stores/s3-store.js';
import { EndpointTurns } from '../../src/stores/endpoint-turns.js';
import { startFileServer, type FileServer } from './https-server.js';
import { freshBytes, putOf } from './sample-bytes.js';

describe('an upload to an S3 server that asks to wait once', () => {
  let server: FileServer;
  beforeEach(async () => {
    server = await startFileServer();
  });
  afterEach(() => server.stop());

  it('is sent again by its client, which has the bytes still, and is not lost', async () => {
    const turns = new EndpointTurns();
    const { keys: credentials } = inject('s3');
    const store = new S3Store({ bucket: 'models', endpoint: `http://${server.host}`, credentials, turns });
    const request = putOf(freshBytes(100));
    const puts: number[] = [];
    const path = `models${new URL(store.uriOf(request.digest)).pathname}`;
    server.answers.set(path, ({ method }, response) => {
      if (method !== 'PUT') return void response.writeHead(404, { 'x-amz-request-id': 'R' }).end();
      puts.push(puts.length === 0 ? 503 : 200);
      const headers = puts.length === 1 ? { 'retry-after': '60' } : { etag: '"e"' };
      return void response.writeHead(puts.at(-1) ?? 0, headers).end();
    });
    expect(await store.put(request)).toMatchObject({ created: true });
    expect(puts).toEqual([503, 200]);
    // Whoever else asks the server keeps to its wish.
    expect(turns.waits).toEqual({ total: 1, now: 1 });
    store.close();
  });
});
