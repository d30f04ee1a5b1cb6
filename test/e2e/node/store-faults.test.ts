import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Fault } from '../../support/agent/s3-front.js';
import { MIB, soon } from './pool.js';
import { startSite, type Site } from './site.js';

const SIZES = [40 * MIB, 3 * MIB, 1000];
const TOTAL = SIZES.reduce((sum, size) => sum + size, 0);

/** What goes wrong with the first answers, and how many bytes all in all may be sent at most until all is there. */
const PASSING: readonly [string, (before: number) => Fault | null, number][] = [
  ['cuts connections', (before) => (before < 12 ? { cutAfter: 300_000 } : null), TOTAL + 12 * MIB],
  ['answers 503', (before) => (before < 8 ? { status: 503 } : null), TOTAL],
  [
    'answers 503 and says when to come back, which may be far too late',
    (before) => (before < 3 ? { status: 503, retryAfter: before === 1 ? '3600' : '1' } : null),
    TOTAL,
  ],
  ['sends a wrong bit', (before) => (before === 1 ? { spoilAt: 900 } : null), 2 * TOTAL],
  ['sends too few bytes and calls them all', (before) => (before < 4 ? { shortTo: 700 } : null), TOTAL],
];

describe('a store that misbehaves, seen from a node', () => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.close());

  it.each(PASSING)(
    '%s for a while: the version comes all the same, and nothing else is shown',
    async (what, fault, most) => {
      const pool = site.pool(what.split(' ').slice(0, 3).join('-'));
      const node = await pool.node('a');
      const watcher = node.watch();
      node.front.fault = (_key, before) => fault(before);
      node.start();
      await pool.serve(await Promise.all(SIZES.map((size, index) => pool.plant(`part-${index}.bin`, size))));
      await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1' }), soon);
      expect(await watcher.stop()).toEqual({ wrong: [], seen: new Set([`${pool.model}/v1`]) });
      expect(node.front.bytes()).toBeGreaterThanOrEqual(TOTAL);
      expect(node.front.bytes()).toBeLessThanOrEqual(most);
    },
  );

  it('sends wrong bytes for good: the registry hears both digests, nothing is kept, and v1 stays', async () => {
    const pool = site.pool('wrong');
    const node = await pool.node('a');
    const watcher = node.watch();
    node.start();
    await pool.serve([await pool.plant('model.bin', 3 * MIB, 'one')]);
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1' }), soon);

    const wanted = await pool.plant('model.bin', 4 * MIB, 'two');
    node.front.fault = () => ({ spoilAt: 70_000 });
    await pool.serve([wanted]);
    await vi.waitFor(async () => {
      const { v1, v2 } = await pool.said(node);
      expect([v1, v2]).toEqual(['resident', expect.stringContaining(`and the version says ${wanted.digest}`)]);
      expect(v2).toMatch(/^failed: .*bytes that came have the digest sha256:/);
    }, soon);
    expect(await node.visible()).toEqual(['v1']);
    expect(await readdir(join(node.folder, 'partial'))).toEqual([]);
    // It needs nobody's help once the store is right again.
    node.front.fault = () => null;
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1', v2: '1 of 1' }), soon);
    expect(await watcher.stop()).toEqual({ wrong: [], seen: new Set(['wrong/v1', 'wrong/v2']) });
  });

  it('answers 503 for good: that is said, and what came before is not fetched again', async () => {
    const pool = site.pool('gone');
    const node = await pool.node('a');
    const watcher = node.watch();
    node.start({ flags: ['--parts', '1'] });
    node.front.fault = (_key, before) => (before < 2 ? null : { status: 503 });
    await pool.serve([await pool.plant('model.bin', 48 * MIB)]);
    const failed = expect.stringMatching(/^failed: .*model\.bin.* answered 503/) as string;
    await vi.waitFor(async () => expect(await pool.said(node)).toEqual({ v1: failed }), soon);
    expect(await node.visible()).toEqual([]);
    node.front.fault = () => null;
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1' }), soon);
    expect(node.front.bytes()).toBe(48 * MIB);
    expect(await watcher.stop()).toEqual({ wrong: [], seen: new Set(['gone/v1']) });
  });
});
