import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { ReadableStore } from '../../src/stores/artifact-store.js';
import { fileUriOf } from '../../src/stores/file-uri.js';
import { StoreRefusal } from '../../src/stores/store-refusal.js';
import { StoreSet, type StoreSetOptions } from '../../src/stores/store-set.js';
import { S3Line } from '../support/s3-line.js';
import { sendFile, startFileServer, type FileServer } from './https-server.js';
import { allOf, freshBytes } from './sample-bytes.js';

describe('the stores, asked for much at once,', () => {
  let server: FileServer;
  let line: S3Line;
  let sets: StoreSet[];
  beforeEach(async () => {
    sets = [];
    server = await startFileServer();
    line = await S3Line.to(inject('s3').endpoint);
  });
  afterEach(async () => {
    for (const set of sets) set.close();
    await server.stop();
    await line.cut();
  });

  const storesWith = (limits: StoreSetOptions['limits'], lookMs = 10_000): StoreSet => {
    const { bucket, keys: credentials } = inject('s3');
    const set = new StoreSet({
      file: { folder: tmpdir() },
      s3: { bucket, endpoint: line.endpoint, credentials, limits: { statMs: 2_000, attempts: 1 } },
      https: { allowedHosts: [`http://${server.host}`], allowedNetworks: ['127.0.0.0/8'], limits: { lookMs } },
      limits,
    });
    sets.push(set);
    return set;
  };
  const storeOf = async (set: StoreSet, uri: string): Promise<ReadableStore> => {
    const store = await set.forUri(uri);
    if (store instanceof StoreRefusal) throw new Error(store.text);
    return store;
  };

  it('look at an urgent object of a bucket before ten thousand others that were asked for first', async () => {
    const uri = `s3://${inject('s3').bucket}/never/was`;
    const store = await storeOf(storesWith({ concurrency: 8 }), uri);
    const abort = new AbortController();
    let answered = 0;
    const others = Array.from({ length: 10_000 }, async () => {
      await store.stat(uri, { signal: abort.signal });
      answered += 1;
    });
    const all = Promise.allSettled(others);
    expect(await store.stat(uri, { urgent: true })).toMatchObject({ state: 'missing' });
    const before = answered;
    abort.abort();
    await all;
    // Those in flight together with it, and the few that they made way for meanwhile.
    expect(before).toBeLessThan(50);
  });

  it('ask no server for more at once than they may, and each file once', async () => {
    let [running, most] = [0, 0];
    server.answers.set('slow', (_request, response) => {
      most = Math.max(most, ++running);
      response.once('close', () => (running -= 1));
      setTimeout(() => response.writeHead(200, { 'content-length': 5 }).end(), 5);
    });
    const uri = `http://${server.host}/slow`;
    const store = await storeOf(storesWith({ concurrency: 4 }), uri);
    const seen = await Promise.all(Array.from({ length: 60 }, (_, at) => store.stat(uri, { urgent: at % 2 === 0 })));
    expect(seen.every(({ state }) => state === 'present')).toBe(true);
    expect(server.arrived).toHaveLength(60);
    expect(most).toBe(4);
  });

  it('do not count the wait for a turn against the time for an answer', async () => {
    server.answers.set('slow', (_request, response) => {
      setTimeout(() => response.writeHead(200, { 'content-length': 5 }).end(), 100);
    });
    const uri = `http://${server.host}/slow`;
    const store = await storeOf(storesWith({ concurrency: 1 }, 900), uri);
    const seen = await Promise.all(Array.from({ length: 15 }, () => store.stat(uri)));
    expect(seen.map(({ state }) => state)).toEqual(Array(15).fill('present'));
  });

  it('are not held up by a server that hangs', async () => {
    const set = storesWith({ concurrency: 2, reads: 1 });
    const bucketed = `s3://${inject('s3').bucket}/never/was`;
    const s3 = await storeOf(set, bucketed);
    line.stall();
    const hanging = [
      ...Array.from({ length: 20 }, () => s3.stat(bucketed)),
      ...Array.from({ length: 5 }, () => s3.read(bucketed).catch(() => undefined)),
    ];
    await sleep(50);
    server.files.set('a', freshBytes(5));
    const uri = `http://${server.host}/a`;
    const web = await storeOf(set, uri);
    expect(await web.stat(uri)).toMatchObject({ state: 'present', size: 5 });
    expect((await allOf(web.read(uri))).byteLength).toBe(5);
    const file = await storeOf(set, fileUriOf(`${tmpdir()}/nothing`));
    expect(await file.stat(fileUriOf(`${tmpdir()}/nothing`))).toMatchObject({ state: 'missing' });
    await line.cut();
    await Promise.all(hanging);
    await line.mend();
    expect(await s3.stat(bucketed)).toMatchObject({ state: 'missing' });
  });

  it('read few objects at once, look at others meanwhile, and begin the next read when one ends', async () => {
    const bytes = freshBytes(1_000_000);
    server.answers.set('large', (request, response) => sendFile(request, response, bytes));
    const uri = `http://${server.host}/large`;
    const store = await storeOf(storesWith({ concurrency: 2, reads: 3 }), uri);
    const opened: number[] = [];
    const reads = Array.from({ length: 5 }, async (_, at) => {
      const stream = await store.read(uri);
      opened.push(at);
      return stream;
    });
    const [first] = await Promise.all(reads.slice(0, 3));
    expect(await store.stat(uri)).toMatchObject({ state: 'present' });
    expect(opened).toHaveLength(3);
    first?.destroy();
    await reads[3];
    expect(opened).toHaveLength(4);
    (await reads[1])?.destroy();
    expect((await allOf(reads[4] ?? store.read(uri))).equals(bytes)).toBe(true);
    for (const read of reads) (await read).destroy();
  });

  it.each(['stat', 'read'] as const)('stop waiting for a turn when a %s is aborted', async (what) => {
    const uri = `http://${server.host}/hangs`;
    server.answers.set('hangs', () => undefined);
    const store = await storeOf(storesWith({ concurrency: 1, reads: 1 }), uri);
    const [first, second] = [new AbortController(), new AbortController()];
    const hanging = store[what](uri, { signal: first.signal });
    const waiting = store[what](uri, { signal: second.signal });
    await sleep(20);
    second.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(server.arrived).toHaveLength(1);
    first.abort(new Error('enough'));
    await expect(hanging).rejects.toThrow('enough');
    server.answers.delete('hangs');
    expect(await store.stat(uri)).toMatchObject({ state: 'missing' });
  });
});
