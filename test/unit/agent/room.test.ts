import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freeOnDisk, freeUnder } from '../../../src/agent/cache/disk-space.js';
import type { NodeCache } from '../../../src/agent/cache/index.js';
import { digestOf } from '../../../src/domain/digest.js';
import { emptyFolder, openCache } from '../../support/agent/cache-under-test.js';
import { putFiles } from '../../support/agent/put-files.js';

const KB = 1000;
const version = (number: number) => ({ model: 'fraud', version: number });
const bytes = (letter: string, size: number): string => letter.repeat(size);

/** Versions 1 to 3 of 110 kB each, 10 kB of it shared, needed in that order. */
async function threeVersions(budget: number | null, floor = 0): Promise<NodeCache> {
  let now = 0;
  const { cache } = await openCache(await emptyFolder(), { limits: { budget, floor }, now: () => (now += 1000) });
  for (const number of [1, 2, 3]) {
    const head = bytes(String(number), 100 * KB);
    await putFiles(cache, version(number), { base: bytes('b', 10 * KB), head });
  }
  return cache;
}

const resident = (cache: NodeCache): number[] =>
  cache
    .versions()
    .filter(({ state }) => state === 'resident')
    .map((one) => one.version);

const file = (size: number, name = 'f'): { name: string; size: number }[] => [{ name, size }];

describe('making room', () => {
  it('evicts nothing where there is room', async () => {
    const cache = await threeVersions(500 * KB);
    expect(await cache.makeRoom(file(190 * KB), [])).toMatchObject({ granted: true, evicted: [] });
    expect(resident(cache)).toEqual([1, 2, 3]);
  });

  it('evicts what was needed longest ago, and tells before it does', async () => {
    const cache = await threeVersions(310 * KB);
    cache.need([version(1)]);
    const told: number[] = [];
    const room = await cache.makeRoom(file(150 * KB), [], (key) => told.push(key.version));
    expect(room).toMatchObject({ granted: true, evicted: [version(2), version(3)] });
    expect(told).toEqual([2, 3]);
    expect(await readdir(join(cache.folder.models(), 'fraud'))).toEqual(['v1']);
    expect(cache.blobs.bytes).toBe(110 * KB);
  });

  it('evicts in that order also where the clock was set forward for a while, and back again', async () => {
    let clock = 1_000_000;
    const { cache } = await openCache(await emptyFolder(), {
      limits: { budget: 310 * KB, floor: 0 },
      now: () => clock,
    });
    for (const [number, hours] of [
      [1, 0],
      [2, 9],
      [3, -9],
    ] as const) {
      clock += hours * 3_600_000;
      await putFiles(cache, version(number), { own: Buffer.alloc(100 * KB, `${number}`) });
    }
    clock -= 3_600_000;
    cache.need([version(1)]);
    expect(await cache.makeRoom(file(110 * KB), [])).toMatchObject({ granted: true, evicted: [version(2)] });
    cache.need([version(3), version(1)]);
    const { cache: later } = await reopened(cache);
    await putFiles(later, version(4), { own: Buffer.alloc(100 * KB, '4') });
    expect(await later.makeRoom(file(200 * KB), [])).toMatchObject({ evicted: [version(1), version(3)] });

    async function reopened(before: NodeCache): Promise<{ cache: NodeCache }> {
      await before.close();
      return openCache(before.folder.root, { limits: { budget: 310 * KB, floor: 0 }, now: () => clock });
    }
  });

  it('never evicts what is protected or being fetched, and says what it needs and has', async () => {
    const cache = await threeVersions(310 * KB);
    const { end } = await cache.begin(version(2), [], []);
    const room = await cache.makeRoom(file(150 * KB), [version(1)]);
    expect(room).toEqual({
      granted: false,
      needed: 150 * KB,
      available: 100 * KB,
      limit: 'budget',
      text: "needs 150 kB, and the cache's disk budget has 100 kB free after evicting what may go",
    });
    expect(resident(cache)).toEqual([1, 2, 3]);
    end();
    expect(await cache.makeRoom(file(150 * KB), [version(1)])).toMatchObject({ granted: true });
    expect(resident(cache)).toEqual([1]);
  });

  it('begins with blobs that belong to no version', async () => {
    const cache = await threeVersions(310 * KB);
    await cache.folder.make();
    const loose = join(cache.folder.staging(), 'loose');
    await writeFile(loose, bytes('l', 50 * KB));
    await cache.admit(loose, digestOf(bytes('l', 50 * KB)));
    expect(await cache.makeRoom([], [])).toMatchObject({ granted: true, evicted: [] });
    expect(cache.blobs.bytes).toBe(310 * KB);
    expect(resident(cache)).toEqual([1, 2, 3]);
  });

  it('counts unfinished files of versions that are not being fetched as what may go with them', async () => {
    const cache = await threeVersions(410 * KB);
    const digest = digestOf('not yet here');
    const { end } = await cache.begin(version(4), [{ path: 'a', digest, size: 90 * KB }], []);
    end();
    const partial = join(cache.folder.partial(), digest.slice('sha256:'.length));
    await mkdir(partial);
    await writeFile(join(partial, 'bytes'), bytes('p', 88 * KB));
    const keep = [1, 2, 3].map(version);
    expect(await cache.makeRoom(file(50 * KB), keep)).toMatchObject({ granted: true, evicted: [version(4)] });
    expect(await readdir(cache.folder.partial())).toEqual([]);
  });

  it('promises the same room to one only, and what is wanted twice once', async () => {
    const cache = await threeVersions(510 * KB);
    const keep = [1, 2, 3].map(version);
    const first = await cache.makeRoom(file(150 * KB, 'x'), keep);
    expect(await cache.makeRoom(file(150 * KB, 'y'), keep)).toMatchObject({ granted: false, available: 50 * KB });
    const second = await cache.makeRoom(file(150 * KB, 'x'), keep);
    if (!first.granted || !second.granted) throw new Error('there was room');
    first.reservation.release();
    expect(await cache.makeRoom(file(150 * KB, 'y'), keep)).toMatchObject({ granted: false });
    second.reservation.release();
    expect(await cache.makeRoom(file(150 * KB, 'y'), keep)).toMatchObject({ granted: true });
  });

  it('keeps the file system free down to the floor, and says so where it cannot', async () => {
    const free = await freeOnDisk(await emptyFolder());
    const cache = await threeVersions(null, free * 2);
    const room = await cache.makeRoom([], [version(3)]);
    expect(room).toMatchObject({ granted: false, needed: 0, limit: 'disk' });
    expect(room).toHaveProperty('text', expect.stringMatching(/stay free, is overstepped by .*B even after evicting/));
    expect(resident(cache)).toEqual([1, 2, 3]);
  });

  it('brings a cache whose budget became smaller back under it', async () => {
    const folder = await emptyFolder();
    const first = await openCache(folder);
    for (const number of [1, 2])
      await putFiles(first.cache, version(number), { head: bytes(String(number), 100 * KB) });
    await first.cache.close();
    const { cache } = await openCache(folder, { limits: { budget: 150 * KB, floor: 0 } });
    expect(await cache.makeRoom([], [version(1)])).toMatchObject({ granted: true, evicted: [version(2)] });
  });
});

describe('the space that is free', () => {
  it('is the smaller of what the budget and the disk leave', () => {
    const state = { used: 30, unwritten: 5, onDisk: 100 };
    expect(freeUnder({ budget: 50, floor: 10 }, state)).toEqual({ bytes: 15, limit: 'budget' });
    expect(freeUnder({ budget: null, floor: 10 }, state)).toEqual({ bytes: 85, limit: 'disk' });
    expect(freeUnder({ budget: 500, floor: 99 }, state)).toEqual({ bytes: -4, limit: 'disk' });
  });
});
