import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import type { ReadableStore } from '../../src/stores/artifact-store.js';
import { fileUriOf } from '../../src/stores/file-uri.js';
import { StoreRefusal } from '../../src/stores/store-refusal.js';
import { StoreSet, type StoreSetOptions } from '../../src/stores/store-set.js';
import { S3Line } from '../support/s3-line.js';
import { sendFile, startFileServer, type FileServer } from './https-server.js';
import { allOf, freshBytes } from './sample-bytes.js';

const patient = { timeout: 60_000, interval: 5 };

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

  const storesWith = async (limits: StoreSetOptions['limits'], lookMs = 10_000): Promise<StoreSet> => {
    const { bucket, keys: credentials } = inject('s3');
    const set = await StoreSet.open({
      file: { folder: tmpdir() },
      s3: { bucket, endpoint: line.endpoint, credentials, limits: { attempts: 1 } },
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
    const [crowd, needed] = ['s3://models/crowd', 's3://models/needed'];
    const { keys: credentials } = inject('s3');
    const endpoint = `http://${server.host}`;
    const set = await StoreSet.open({ s3: { bucket: 'models', endpoint, credentials }, limits: { concurrency: 8 } });
    sets.push(set);
    const store = await storeOf(set, crowd);
    const abort = new AbortController();
    const others = Array.from({ length: 10_000 }, () => store.stat(crowd, { signal: abort.signal }));
    const all = Promise.allSettled(others);
    expect(await store.stat(needed, { urgent: true })).toMatchObject({ evidence: expect.stringContaining('404') });
    abort.abort();
    await all;
    // Those in flight together with it, and the few that they made way for meanwhile.
    const before = server.arrived.findIndex(({ path }) => path.includes('needed'));
    expect(before).toBeGreaterThanOrEqual(0);
    expect(before).toBeLessThan(50);
  });

  // A quarter of the turns is kept for urgent requests.
  it.each([
    { urgent: true, atOnce: 4 },
    { urgent: false, atOnce: 3 },
  ])('ask no server for more at once than they may, and each file once: %j', async ({ urgent, atOnce }) => {
    const open: ServerResponse[] = [];
    let most = 0;
    // Answers once as many have come as may, and one more has had time to come too.
    server.answers.set('slow', (_request, response) => {
      open.push(response);
      most = Math.max(most, open.length);
      if (open.length !== atOnce) return;
      setTimeout(() => open.splice(0).forEach((one) => one.writeHead(200, { 'content-length': 5 }).end()), 5);
    });
    const uri = `http://${server.host}/slow`;
    const store = await storeOf(await storesWith({ concurrency: 4 }), uri);
    const seen = await Promise.all(Array.from({ length: 60 }, () => store.stat(uri, { urgent })));
    expect(seen.map(({ state }) => state)).toEqual(Array(60).fill('present'));
    expect(server.arrived).toHaveLength(60);
    expect(most).toBe(atOnce);
  });

  it('do not count the wait for a turn against the time for an answer', async () => {
    server.answers.set('slow', (_request, response) => {
      setTimeout(() => response.writeHead(200, { 'content-length': 5 }).end(), 200);
    });
    const uri = `http://${server.host}/slow`;
    const store = await storeOf(await storesWith({ concurrency: 1 }, 4_000), uri);
    const seen = await Promise.all(Array.from({ length: 22 }, () => store.stat(uri)));
    expect(seen.map(({ state }) => state)).toEqual(Array(22).fill('present'));
  });

  it('are not held up by a server that hangs', async () => {
    const set = await storesWith({ concurrency: 2, reads: 1 });
    const bucketed = `s3://${inject('s3').bucket}/never/was`;
    const s3 = await storeOf(set, bucketed);
    line.stall();
    const hanging = [
      ...Array.from({ length: 20 }, () => s3.stat(bucketed)),
      ...Array.from({ length: 5 }, () => s3.read(bucketed).catch(() => undefined)),
    ];
    await vi.waitUntil(() => line.connections > 0, patient);
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
    const store = await storeOf(await storesWith({ concurrency: 2, reads: 3 }), uri);
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
    const store = await storeOf(await storesWith({ concurrency: 1, reads: 1 }), uri);
    const [first, second] = [new AbortController(), new AbortController()];
    const hanging = store[what](uri, { signal: first.signal });
    const waiting = store[what](uri, { signal: second.signal });
    await vi.waitUntil(() => server.arrived.length > 0, patient);
    second.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(server.arrived).toHaveLength(1);
    first.abort(new Error('enough'));
    await expect(hanging).rejects.toThrow('enough');
    server.answers.delete('hangs');
    expect(await store.stat(uri)).toMatchObject({ state: 'missing' });
  });
});
