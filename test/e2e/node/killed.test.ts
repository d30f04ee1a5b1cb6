import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { keptIn } from '../../support/agent/kept-bytes.js';
import { MIB, soon } from './pool.js';
import { startSite, type Site } from './site.js';

const PARTS = 4;
/** What an agent has in its hands of each part before it writes it: then, and only then, it may be lost. */
const IN_HAND = PARTS * MIB;

describe('an agent that is killed in the middle of a download', () => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.close());

  it('goes on from what its journals say, and asks for none of those bytes again', async () => {
    const pool = site.pool('killed');
    const node = await pool.node('a');
    const watcher = node.watch();
    const sizes = [40 * MIB, 24 * MIB, 3 * MIB + 17, 1000];
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const artifacts = await Promise.all(sizes.map((size, index) => pool.plant(`part-${index}.bin`, size)));
    await pool.serve(artifacts);

    let kept = 0;
    for (const stallAfter of [20 * MIB, 44 * MIB]) {
      const [before, sent] = [kept, node.front.bytes()];
      node.front.stallAfter = stallAfter;
      node.start({ flags: ['--parts', String(PARTS)] });
      await vi.waitUntil(() => node.front.bytes() >= stallAfter, soon);
      // Nothing comes any more, so within a second all that was written is noted, too.
      await vi.waitUntil(
        async () => node.front.bytes() - sent - ((await keptIn(node.folder)) - before) <= IN_HAND,
        soon,
      );
      expect((await node.end('SIGKILL'))?.signal).toBe('SIGKILL');
      kept = await keptIn(node.folder);
      expect(kept).toBeGreaterThan(before);
      expect(await node.visible()).toEqual([]);
    }

    node.front.stallAfter = Infinity;
    const sent = node.front.bytes();
    node.start({ flags: ['--parts', String(PARTS)] });
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1' }), soon);
    expect(node.front.bytes() - sent).toBe(total - kept);
    expect(node.bytesFetched).toEqual([total - kept]);
    // Two kills cost no more than what was in hand at each.
    expect(node.front.bytes()).toBeLessThanOrEqual(total + 2 * IN_HAND);
    expect(await watcher.stop()).toEqual({ wrong: [], seen: new Set(['killed/v1']) });
  });

  it('at any moment, again and again, shows nothing wrong and comes to the end', async () => {
    const pool = site.pool('often');
    const node = await pool.node('a');
    const watcher = node.watch();
    const base = await Promise.all([1, 2, 3].map((n) => pool.plant(`base-${n}.bin`, 6 * MIB)));
    await pool.serve([...base, await pool.plant('head.bin', MIB, 'one')]);
    for (const passed of [2, 5, 9, 13, 16, 18, 19]) {
      const process = node.start();
      await vi.waitUntil(async () => node.front.bytes() >= passed * MIB || node.hasLogged('v1 is resident'), soon);
      await process.end('SIGKILL');
    }
    await pool.serve([...base, await pool.plant('head.bin', 2 * MIB, 'two')]);
    node.start();
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1', v2: '1 of 1' }), soon);
    expect(await watcher.stop()).toEqual({ wrong: [], seen: new Set(['often/v1', 'often/v2']) });
  });
});
