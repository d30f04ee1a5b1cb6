import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { freeOnDisk } from '../../../src/agent/cache/disk-space.js';
import type { Artifact } from '../../../src/domain/version-record.js';
import { mayMount, smallDisk } from '../../support/agent/small-disk.js';
import { lookAtModels, watchModels } from '../../support/agent/watch-models.js';
import { freshBytes } from '../sample-bytes.js';
import { thrownBy } from '../thrown-by.js';
import { MIB, startNode, type Node } from './node.js';

const v1 = { model: 'fraud', version: 1 };
const v2 = { model: 'fraud', version: 2 };
const SIZE = 4 * MIB;
const patient = { timeout: 60_000, interval: 10 };
const DISKS = (await mayMount()) ? [24] : [];

/** Fetches a version of one file of 4 MiB while `models/` is watched; answers the result. */
async function fetchWatched(node: Node, artifact: Artifact) {
  const watcher = watchModels(node.folder, { 'fraud/v1': { [artifact.path]: artifact.digest as `sha256:${string}` } });
  const result = await node.downloads.fetch({ ...v1, artifacts: [artifact], onProgress: node.tell });
  const { wrong, seen } = await watcher.stop();
  expect(wrong).toEqual([]);
  expect(seen).toEqual(new Set(result.state === 'resident' ? ['fraud/v1'] : []));
  return result;
}

async function nodeWithFile(): Promise<{ node: Node; file: Artifact }> {
  const node = await startNode();
  return { node, file: await node.plant('model.bin', freshBytes(SIZE)) };
}

describe('a store that misbehaves', () => {
  it('cuts connections: each part goes on from where it was cut', async () => {
    const { node, file } = await nodeWithFile();
    node.front.fault = (_key, before) => (before < 12 ? { cutAfter: 300_000 } : null);
    expect(await fetchWatched(node, file)).toEqual({ state: 'resident', bytesFetched: SIZE });
    // What is in the line when it breaks may be lost; what came is not asked for again.
    expect(node.front.bytes()).toBeLessThan(SIZE + 12 * 300_000);
    expect(node.front.gets()).toBeGreaterThan(12);
  });

  it('answers 503 for a while: it is asked again, later', async () => {
    // All six may meet the same part.
    const node = await startNode({ settings: { tries: 7 } });
    const file = await node.plant('model.bin', freshBytes(SIZE));
    node.front.fault = (_key, before) => (before < 6 ? { status: 503 } : null);
    expect(await fetchWatched(node, file)).toEqual({ state: 'resident', bytesFetched: SIZE });
    expect(node.front.gets()).toBe(10);
  });

  it('answers 503 for good: what came is kept, and the reason is said', async () => {
    const node = await startNode({ settings: { parts: 1 } });
    const file = await node.plant('model.bin', freshBytes(SIZE));
    node.front.fault = (_key, before) => (before < 2 ? null : { status: 503 });
    const result = await fetchWatched(node, file);
    expect(result).toMatchObject({ state: 'failed', code: 'unreachable', text: expect.stringContaining('503') });
    expect(node.told.at(-1)).toMatchObject({ state: 'failed', text: expect.stringContaining('model.bin') });
    node.front.fault = () => null;
    expect(await fetchWatched(node, file)).toEqual({ state: 'resident', bytesFetched: SIZE - result.bytesFetched });
    expect(result.bytesFetched).toBe(2 * MIB);
  });

  it('sends wrong bytes once: all of the file is fetched anew', async () => {
    const { node, file } = await nodeWithFile();
    node.front.fault = (_key, before) => (before === 1 ? { spoilAt: 70_000 } : null);
    expect(await fetchWatched(node, file)).toEqual({ state: 'resident', bytesFetched: 2 * SIZE });
  });

  it('sends wrong bytes each time: the download fails with both digests, and leaves nothing', async () => {
    const { node, file } = await nodeWithFile();
    node.front.fault = () => ({ spoilAt: 70_000 });
    const result = await fetchWatched(node, file);
    expect(result).toMatchObject({ state: 'failed', code: 'wrong-digest', bytesFetched: 3 * SIZE });
    expect(result).toHaveProperty('text', expect.stringContaining(`and the version says ${file.digest}`));
    expect(await readdir(node.cache.folder.partial())).toEqual([]);
    expect(node.cache.blobs.bytes).toBe(0);
  });

  it('sends too few bytes and calls them all: the rest is asked for', async () => {
    const { node, file } = await nodeWithFile();
    node.front.fault = (_key, before) => (before < 5 ? { shortTo: 1000 } : null);
    expect(await fetchWatched(node, file)).toEqual({ state: 'resident', bytesFetched: SIZE });
  });

  it('never has as many bytes as were announced', async () => {
    const { node, file } = await nodeWithFile();
    const small = await node.plant('small', freshBytes(1000));
    expect(await fetchWatched(node, { ...small, size: 1001 })).toMatchObject({
      state: 'failed',
      code: 'too-few-bytes',
    });
    await node.cache.remove(v1);
    expect(await fetchWatched(node, { ...file, size: SIZE + 1 })).toMatchObject({
      state: 'failed',
      code: 'too-few-bytes',
      text: expect.stringContaining(`has ${SIZE} bytes now, and the version says ${SIZE + 1}`),
      bytesFetched: 0,
    });
  });

  it('has more bytes than were announced', async () => {
    const { node, file } = await nodeWithFile();
    const small = await node.plant('small', freshBytes(1000));
    expect(await fetchWatched(node, { ...small, size: 999 })).toMatchObject({
      state: 'failed',
      code: 'too-many-bytes',
    });
    await node.cache.remove(v1);
    expect(await fetchWatched(node, { ...file, size: SIZE - 1 })).toMatchObject({ code: 'too-many-bytes' });
  });

  it('lacks a file: that is said at once, and the other files of the version are kept', async () => {
    const { node, file } = await nodeWithFile();
    const absent = { ...file, path: 'other', uri: `${file.uri}-absent`, digest: `sha256:${'0'.repeat(64)}` };
    const result = await node.downloads.fetch({ ...v1, artifacts: [file, absent] });
    expect(result).toMatchObject({ state: 'failed', code: 'missing', text: expect.stringContaining('-absent') });
    expect(await readdir(join(node.folder, 'models'))).toEqual([]);
  });

  it('serves no such URI', async () => {
    const { node, file } = await nodeWithFile();
    const result = await fetchWatched(node, { ...file, uri: 'ftp://host/x' });
    expect(result).toMatchObject({ state: 'failed', code: 'unsupported', text: expect.stringContaining('ftp') });
  });

  it('gets other bytes of the same size in the middle of the download: it begins anew, and never mixes them', async () => {
    const node = await startNode({ settings: { parts: 1 } });
    const file = await node.plant('model.bin', freshBytes(SIZE));
    node.front.fault = async (_key, before) => {
      if (before !== 1) return null;
      await node.plant('model.bin', freshBytes(SIZE));
      return { status: 503 };
    };
    const result = await fetchWatched(node, file);
    expect(result).toMatchObject({ state: 'failed', code: 'wrong-digest' });
    expect(await readdir(node.cache.folder.partial())).toEqual([]);
  });
});

describe('a download that is aborted', () => {
  it('ends with the reason, and goes on later from what came', async () => {
    const node = await startNode({ settings: { parts: 2 } });
    const file = await node.plant('model.bin', freshBytes(SIZE));
    const stop = new AbortController();
    // Of the two parts under way at the stall neither is whole, so two others are.
    node.front.stallAfter = 3 * MIB;
    const fetching = node.downloads.fetch({ ...v1, artifacts: [file], onProgress: node.tell, signal: stop.signal });
    const ended = thrownBy(fetching);
    await vi.waitUntil(() => (node.told.at(-1)?.bytesDone ?? 0) >= 2 * MIB, patient);
    stop.abort(new Error('no longer assigned'));
    expect(await ended).toMatchObject({ message: 'no longer assigned' });
    node.front.stallAfter = Infinity;
    const result = await fetchWatched(node, file);
    expect(result.state).toBe('resident');
    expect(result.bytesFetched).toBeLessThanOrEqual(SIZE - 2 * MIB);
  });

  it('leaves nothing once the version is removed', async () => {
    const { node, file } = await nodeWithFile();
    const stop = new AbortController();
    node.front.stallAfter = MIB;
    const fetching = node.downloads.fetch({ ...v1, artifacts: [file], signal: stop.signal });
    const ended = thrownBy(fetching);
    await vi.waitUntil(() => node.front.bytes() > 0, patient);
    stop.abort(new Error('no longer assigned'));
    expect(await ended).toMatchObject({ message: 'no longer assigned' });
    expect(await readdir(node.cache.folder.partial())).toHaveLength(1);
    expect(await node.cache.remove(v1)).toBe('removed');
    expect(await readdir(node.cache.folder.partial())).toEqual([]);
  });
});

describe('a disk that becomes full in the middle of a download', () => {
  // Where nobody may mount a file system, the limit on a file's size in resume.test.ts stands in for it.
  it.each(DISKS)(
    'of %i MiB ends it with that reason and no rest, keeps what is protected, and takes it later',
    async (size) => {
      const folder = await smallDisk(size);
      const node = await startNode({ folder, settings: { parts: 2 } });
      const first = await node.plant('first', freshBytes(6 * MIB));
      const second = await node.plant('second', freshBytes(10 * MIB));
      await node.downloads.fetch({ ...v1, artifacts: [first] });
      const filler = join(folder, 'of-somebody-else');
      let filled: Promise<void> | undefined;
      // The tenth GET and all after it wait until the disk is full, which their bytes then show.
      node.front.fault = async (_key, before) => {
        if (before >= 9) await (filled ??= writeFile(filler, Buffer.alloc(14 * MIB)).catch(() => undefined));
        return null;
      };
      const request = { ...v2, artifacts: [second], protectedVersions: () => [v1] };
      const result = await node.downloads.fetch(request);
      expect(result).toEqual({
        state: 'failed',
        code: 'disk-full',
        text: 'the disk became full while fraud/v2 was written',
        bytesFetched: expect.any(Number),
      });
      expect(await readdir(node.cache.folder.partial())).toEqual([]);
      const truth = { 'fraud/v1': { first: first.digest as `sha256:${string}` } };
      expect(await lookAtModels(folder, truth)).toEqual({ wrong: [], seen: new Set(['fraud/v1']) });

      expect(await freeOnDisk(folder)).toBeLessThan(10 * MIB);
      expect(await node.downloads.fetch(request)).toMatchObject({ state: 'failed', code: 'no-room', bytesFetched: 0 });
      await rm(filler);
      expect(await node.downloads.fetch(request)).toEqual({ state: 'resident', bytesFetched: 10 * MIB });
    },
  );
});
