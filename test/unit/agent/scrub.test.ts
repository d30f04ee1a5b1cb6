import { chmod, readFile, readdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { NodeCache } from '../../../src/agent/cache/index.js';
import { Pace } from '../../../src/agent/scrub/pace.js';
import { Scrub } from '../../../src/agent/scrub/index.js';
import { digestOf } from '../../../src/domain/digest.js';
import { emptyFolder, openCache } from '../../support/agent/cache-under-test.js';
import { putFiles } from '../../support/agent/put-files.js';

const v1 = { model: 'fraud', version: 1 };
const v2 = { model: 'fraud', version: 2 };
const FAST = { bytesPerSecond: 1e9, everyMs: 1_000 };

async function twoVersions(): Promise<{ cache: NodeCache; now: () => number; pass: (ms: number) => void }> {
  let clock = 1_000;
  const now = (): number => clock;
  const { cache } = await openCache(await emptyFolder(), { now });
  await putFiles(cache, v1, { base: 'base', head: 'one' });
  clock += 500;
  await putFiles(cache, v2, { base: 'base', head: 'two' });
  return { cache, now, pass: (ms) => void (clock += ms) };
}

/** Changes a bit of a blob as a failing disk does: neither its size nor its times. */
async function rot(path: string): Promise<void> {
  const { atime, mtime } = await stat(path);
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1);
  await chmod(path, 0o644);
  await writeFile(path, bytes);
  await utimes(path, atime, mtime);
}

describe('scrubbing', () => {
  it('reads what was verified longest ago, once it is due', async () => {
    const { cache, now, pass } = await twoVersions();
    const scrub = new Scrub(cache, { ...FAST, now });
    expect(await scrub.next()).toBeNull();
    pass(600);
    const first = [await scrub.next(), await scrub.next()].map((result) => result?.digest);
    expect(new Set(first)).toEqual(new Set([digestOf('base'), digestOf('one')]));
    expect(await scrub.next()).toBeNull();
    pass(500);
    expect(await scrub.next()).toEqual({ state: 'right', digest: digestOf('two'), size: 3 });
  });

  it('hides every version that has a damaged blob, and says what was found', async () => {
    const { cache, now, pass } = await twoVersions();
    await rot(join(cache.viewOf(v1), 'base'));
    pass(10_000);
    const results = [];
    for (let at = 0; at < 3; at++) results.push(await new Scrub(cache, { ...FAST, now }).next());
    expect(results.filter((result) => result?.state !== 'right')).toEqual([
      {
        state: 'rotten',
        digest: digestOf('base'),
        versions: [v1, v2],
        text: `the blob ${digestOf('base')} is damaged: its bytes have the digest ${digestOf('case')}`,
      },
    ]);
    expect(await readdir(cache.folder.models())).toEqual([]);
    expect(cache.versions().map(({ state }) => state)).toEqual(['incomplete', 'incomplete']);
    expect(await cache.has(digestOf('base'))).toBe(false);
    expect(await cache.has(digestOf('one'))).toBe(true);
  });

  it('reports a blob that somebody deleted', async () => {
    const { cache, now, pass } = await twoVersions();
    pass(10_000);
    await unlink(cache.folder.blob(digestOf('two')));
    const results = [];
    for (let at = 0; at < 3; at++) results.push(await new Scrub(cache, { ...FAST, now }).next());
    expect(results).toContainEqual(expect.objectContaining({ state: 'rotten', versions: [v2] }));
    expect(await readdir(join(cache.folder.models(), 'fraud'))).toEqual(['v1']);
  });

  it('goes on in the middle of a blob after it was stopped there, and still finds damage in front of that place', async () => {
    const folder = await emptyFolder();
    const first = await openCache(folder, { now: () => 1 });
    const big = Buffer.alloc(3_000_000, 'weights');
    await putFiles(first.cache, v1, { big });
    const stop = new AbortController();
    const slow = new Scrub(first.cache, { bytesPerSecond: 1_000_000, everyMs: 0, checkpointBytes: 300_000 });
    const stopped = slow.next(stop.signal);
    setTimeout(() => stop.abort(new Error('enough for today')), 400);
    await expect(stopped).rejects.toThrow('enough for today');
    const { offset } = JSON.parse(await readFile(join(folder, 'scrub.json'), 'utf8')) as { offset: number };
    expect(offset).toBeGreaterThanOrEqual(262_144);
    expect(offset).toBeLessThan(big.length);
    await first.cache.close();

    const { cache } = await openCache(folder);
    expect(await new Scrub(cache, FAST).next()).toEqual({ state: 'right', digest: digestOf(big), size: big.length });
    expect(await readdir(folder)).not.toContain('scrub.json');
  });

  it('reads again what was verified while the clock was set forward, before it is due by that time', async () => {
    const { cache, now, pass } = await twoVersions();
    const scrub = new Scrub(cache, { ...FAST, now });
    const hours = 9 * 3_600_000;
    pass(hours);
    const before = new Set([(await scrub.next())?.digest]);
    pass(-hours);
    // One blob bears a time of the future, the other two are not due.
    expect(await scrub.next()).toMatchObject({ state: 'right', digest: [...before][0] });
    expect(await scrub.next()).toBeNull();
  });

  it('is not held up for long by a clock that was set back', async () => {
    const { cache } = await twoVersions();
    expect(await new Scrub(cache, { ...FAST, now: () => 0 }).next()).toMatchObject({ state: 'right' });
  });

  it('runs until it is stopped', async () => {
    const { cache, now, pass } = await twoVersions();
    pass(10_000);
    const stop = new AbortController();
    const states: string[] = [];
    await new Scrub(cache, { ...FAST, now }).run(stop.signal, ({ state }) => {
      states.push(state);
      if (states.length === 3) stop.abort();
    });
    expect(states).toEqual(['right', 'right', 'right']);
  });
});

describe('the pace', () => {
  it('lets no more through than its rate, and makes up for no pause', async () => {
    let clock = 0;
    const pace = new Pace(1_000_000, () => clock);
    const stop = new AbortController();
    stop.abort(new Error('must wait'));
    await pace.took(10_000, stop.signal);
    await expect(pace.took(15_000, stop.signal)).rejects.toThrow('must wait');
    clock = 60_000;
    await pace.took(1_000, stop.signal);
    await expect(pace.took(25_000, stop.signal)).rejects.toThrow('must wait');
  });
});
