import { readFile, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Downloads } from '../../../src/agent/download/index.js';
import { digestOf } from '../../../src/domain/digest.js';
import type { Artifact } from '../../../src/domain/version-record.js';
import { StoreSet } from '../../../src/stores/store-set.js';
import { emptyFolder } from '../../support/agent/cache-under-test.js';
import { watchModels, type Truth } from '../../support/agent/watch-models.js';
import { freshBytes, putOf } from '../sample-bytes.js';
import { MIB, startNode } from './node.js';

const v1 = { model: 'fraud', version: 1 };
const v2 = { model: 'fraud', version: 2 };

const digestsOf = (artifacts: readonly Artifact[]): Truth[string] =>
  Object.fromEntries(artifacts.map(({ path, digest }) => [path, digest as `sha256:${string}`]));

describe('fetching a version', () => {
  it('makes its folder appear once every file is here, and tells how far it is', async () => {
    const node = await startNode();
    const big = await node.plant('weights/model.bin', freshBytes(5 * MIB + 17));
    const small = await node.plant('tokenizer.json', freshBytes(100));
    const empty = await node.plant('empty', new Uint8Array());
    const watcher = watchModels(node.folder, { 'fraud/v1': digestsOf([big, small, empty]) });
    const result = await node.downloads.fetch({ ...v1, artifacts: [big, small, empty], onProgress: node.tell });
    expect(await watcher.stop()).toEqual({ wrong: [], seen: new Set(['fraud/v1']) });
    expect(result).toEqual({ state: 'resident', bytesFetched: 5 * MIB + 117 });
    expect(node.front.bytes()).toBe(5 * MIB + 117);
    const states = node.told.map(({ state }) => state).filter((state, at, all) => state !== all[at - 1]);
    expect(states).toEqual(['pending', 'downloading', 'verifying', 'resident']);
    expect(node.told.at(-1)).toMatchObject({ bytesDone: 5 * MIB + 117, bytesTotal: 5 * MIB + 117 });
    const done = node.told.map(({ bytesDone }) => bytesDone);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(await readdir(node.cache.folder.partial())).toEqual([]);
  });

  it('fetches only what no version here has', async () => {
    const node = await startNode();
    const base = await node.plant('base.bin', freshBytes(2 * MIB));
    const heads = [await node.plant('head-1.bin', freshBytes(300)), await node.plant('head-2.bin', freshBytes(400))];
    await node.downloads.fetch({ ...v1, artifacts: [base, ...heads.slice(0, 1)] });
    const before = node.front.bytes();
    const again = { ...base, path: 'again/base.bin' };
    const result = await node.downloads.fetch({ ...v2, artifacts: [base, again, ...heads.slice(1)] });
    expect(result).toEqual({ state: 'resident', bytesFetched: 400 });
    expect(node.front.bytes() - before).toBe(400);
    const gets = node.front.gets();
    expect(await node.downloads.fetch({ ...v2, artifacts: [base] })).toEqual({ state: 'resident', bytesFetched: 0 });
    expect(node.front.gets()).toBe(gets);
  });

  it('fetches a file once that two versions want at the same moment', async () => {
    const node = await startNode();
    const base = await node.plant('base.bin', freshBytes(3 * MIB));
    const both = await Promise.all([v1, v2].map((key) => node.downloads.fetch({ ...key, artifacts: [base] })));
    expect(both.map(({ state }) => state)).toEqual(['resident', 'resident']);
    expect(node.front.bytes()).toBe(3 * MIB);
  });

  it('fetches a blob again that was taken out of use, and nothing else', async () => {
    const node = await startNode();
    const artifacts = [await node.plant('a', freshBytes(MIB)), await node.plant('b', freshBytes(500))];
    await node.downloads.fetch({ ...v1, artifacts });
    await node.cache.quarantine(artifacts[1]?.digest as `sha256:${string}`);
    expect(node.cache.isResident(v1)).toBe(false);
    expect(await node.downloads.fetch({ ...v1, artifacts })).toEqual({ state: 'resident', bytesFetched: 500 });
    expect(await readdir(node.cache.viewOf(v1))).toEqual(['a', 'b']);
  });

  it('makes a folder anew that somebody meddled with, out of what is here', async () => {
    const node = await startNode();
    const artifacts = [await node.plant('a', freshBytes(MIB)), await node.plant('b', freshBytes(500))];
    await node.downloads.fetch({ ...v1, artifacts });
    await unlink(join(node.cache.viewOf(v1), 'a'));
    expect(await node.downloads.fetch({ ...v1, artifacts })).toEqual({ state: 'resident', bytesFetched: 0 });
    expect(await readdir(node.cache.viewOf(v1))).toEqual(['a', 'b']);
    await unlink(node.cache.folder.blob(digestOf(await readFile(join(node.cache.viewOf(v1), 'b')))));
    await unlink(join(node.cache.viewOf(v1), 'b'));
    expect(await node.downloads.fetch({ ...v1, artifacts })).toEqual({ state: 'resident', bytesFetched: 500 });
  });

  it('evicts what may go when there is no room, tells so, and says the numbers where that is not enough', async () => {
    const limits = { budget: 5 * MIB, floor: 0 };
    const node = await startNode({ cache: { limits } });
    const first = [await node.plant('one', freshBytes(3 * MIB))];
    const second = [await node.plant('two', freshBytes(3 * MIB))];
    await node.downloads.fetch({ ...v1, artifacts: first });
    const request = { ...v2, artifacts: second, onProgress: node.tell };
    expect(await node.downloads.fetch({ ...request, protectedVersions: () => [v1] })).toEqual({
      state: 'failed',
      code: 'no-room',
      text: "fraud/v2 needs 3.15 MB, and the cache's disk budget has 2.1 MB free after evicting what may go",
      bytesFetched: 0,
    });
    expect(node.cache.isResident(v1)).toBe(true);
    expect(await node.downloads.fetch(request)).toMatchObject({ state: 'resident' });
    expect(node.told).toContainEqual(expect.objectContaining({ state: 'evicting', text: 'fraud/v1' }));
    expect(await readdir(join(node.cache.folder.models(), 'fraud'))).toEqual(['v2']);
  });

  it('works from a folder too', async () => {
    const node = await startNode();
    const root = await emptyFolder();
    const stores = await StoreSet.open({ file: { folder: root } });
    const bytes = freshBytes(3 * MIB + 5);
    const { uri } = await stores.uploads.put(putOf(bytes));
    const digest = digestOf(bytes);
    const downloads = new Downloads(node.cache, stores, { partBytes: MIB });
    const artifacts = [{ path: 'x', uri, digest, size: bytes.length }];
    expect(await downloads.fetch({ ...v1, artifacts })).toMatchObject({ state: 'resident' });
    expect(bytes.equals(await readFile(join(node.cache.viewOf(v1), 'x')))).toBe(true);
    await downloads.close();
  });
});

describe('a tree', () => {
  it('is fetched by what its store lists, and shown once its digest is right', async () => {
    const node = await startNode();
    const files = { 'a.bin': freshBytes(2 * MIB), 'deep/b.bin': freshBytes(10), 'deep/er/c.bin': freshBytes(0) };
    const tree = await node.plantTree('weights', files);
    const single = await node.plant('config.json', freshBytes(5));
    const result = await node.downloads.fetch({ ...v1, artifacts: [tree, single] });
    expect(result).toEqual({ state: 'resident', bytesFetched: 2 * MIB + 15 });
    const shown = (await readdir(node.cache.viewOf(v1), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
    expect(shown.toSorted()).toEqual(['a.bin', 'b.bin', 'c.bin', 'config.json']);
    const gets = node.front.gets();
    expect(await node.downloads.fetch({ ...v2, artifacts: [{ ...tree, path: 'elsewhere' }] })).toMatchObject({
      bytesFetched: 0,
    });
    expect(node.front.gets()).toBe(gets);
    expect(await readdir(join(node.cache.viewOf(v2), 'elsewhere'))).toEqual(['a.bin', 'deep']);
  });

  it('of other files is never shown', async () => {
    const node = await startNode();
    const tree = await node.plantTree('weights', { 'a.bin': freshBytes(100) });
    await node.plantTree('weights', { 'a.bin': freshBytes(100) });
    const watcher = watchModels(node.folder, {});
    const result = await node.downloads.fetch({ ...v1, artifacts: [tree] });
    expect(result).toMatchObject({ state: 'failed', code: 'wrong-digest', text: expect.stringContaining(tree.digest) });
    expect((await watcher.stop()).wrong).toEqual([]);
    expect(node.cache.holding(v1)?.files).toEqual([]);
  });

  it('with more or fewer bytes than its version says is not begun', async () => {
    const node = await startNode();
    const tree = await node.plantTree('weights', { 'a.bin': freshBytes(100) });
    await node.plantTree('weights', { 'b.bin': freshBytes(1) });
    const result = await node.downloads.fetch({ ...v1, artifacts: [tree] });
    expect(result).toMatchObject({ state: 'failed', code: 'too-many-bytes', bytesFetched: 0 });
  });

  it('still knows its other files where one that rotted cannot be fetched at first', async () => {
    const node = await startNode({ settings: { files: 1, parts: 1 } });
    const tree = await node.plantTree('weights', { a: freshBytes(2 * MIB), b: freshBytes(MIB), c: freshBytes(MIB) });
    expect(await node.downloads.fetch({ ...v1, artifacts: [tree] })).toMatchObject({ state: 'resident' });
    const rotten = node.cache.holding(v1)?.files.find(({ path }) => path === 'weights/a');
    await node.cache.quarantine(rotten?.digest as `sha256:${string}`);
    node.front.fault = () => ({ status: 503 });
    expect(await node.downloads.fetch({ ...v1, artifacts: [tree] })).toMatchObject({ state: 'failed' });
    node.front.fault = () => null;
    const again = await node.downloads.fetch({ ...v1, artifacts: [tree] });
    expect(again).toEqual({ state: 'resident', bytesFetched: 2 * MIB });
  });

  it('keeps the files that came before it was stopped', async () => {
    const node = await startNode({ settings: { files: 1, parts: 1 } });
    const tree = await node.plantTree('weights', { a: freshBytes(MIB), b: freshBytes(MIB), c: freshBytes(MIB) });
    const stop = new AbortController();
    node.front.fault = (_key, before) => {
      if (before === 2) stop.abort(new Error('the plan changed'));
      return null;
    };
    await expect(node.downloads.fetch({ ...v1, artifacts: [tree], signal: stop.signal })).rejects.toThrow('the plan');
    expect(await node.downloads.fetch({ ...v1, artifacts: [tree] })).toEqual({ state: 'resident', bytesFetched: MIB });
  });
});
