import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { emptyFolder } from '../../support/agent/cache-under-test.js';
import { mayMount, smallDisk } from '../../support/agent/small-disk.js';
import { MIB, soon } from './pool.js';
import { startSite, type Site } from './site.js';

/** Room for two versions of 12 MiB that share 4, and not for what a third one has of its own. */
const ROOM_MIB = 26;

describe('rolling back after the alias moved on, on nodes whose disks are nearly full', () => {
  let site: Site;
  const mounts = mayMount();

  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.close());

  /** A disk of its own where this user may mount one, else a budget. */
  async function room(): Promise<{ folder: string; flags: string[] }> {
    if (await mounts) return { folder: join(await smallDisk(ROOM_MIB), 'cache'), flags: [] };
    return { folder: await emptyFolder(), flags: ['--budget', String(ROOM_MIB * MIB)] };
  }

  it('finds the target on every node: what was evicted for the newest version was something else', async () => {
    const pool = site.pool('fraud');
    const nodes = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        const { folder, flags } = await room();
        const node = await pool.node(name, folder);
        node.start({ flags });
        return node;
      }),
    );
    const watchers = nodes.map((node) => node.watch());
    const base = await pool.plant('base.bin', 4 * MIB);
    const serve = async (): Promise<void> => {
      await pool.serve([base, await pool.plant('head.bin', 8 * MIB, `head ${Object.keys(pool.truth).length}`)]);
    };
    const visible = async () => Promise.all(nodes.map((node) => node.visible()));
    const everywhere = (...versions: string[]) => nodes.map(() => versions);

    await serve();
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '3 of 3' }), soon);
    await serve();
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '3 of 3', v2: '3 of 3' }), soon);
    await serve();
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v2: '3 of 3', v3: '3 of 3' }), soon);
    expect(await visible()).toEqual(everywhere('v2', 'v3'));
    for (const node of nodes) expect(node.log.map(({ msg }) => msg).join('\n')).toContain('fraud/v3 is resident');
    // It will be gone soon.
    await vi.waitFor(() => watchers.forEach(({ seen }) => expect(seen).toContain('fraud/v3')), soon);

    const sent = nodes.map(({ front }) => front.bytes());
    const rolledBack = await site.client.rollBack('fraud', 'production', { reason: 'v3 is bad' });
    expect(rolledBack.to).toBe(2);
    for (const node of nodes) {
      expect(await node.look()).toMatchObject({ wrong: [] });
      expect((await node.look()).seen).toContain('fraud/v2');
    }
    // What the nodes fetch now is the next target, and for that, too, the live version stays.
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '3 of 3', v2: '3 of 3' }), soon);
    expect(await visible()).toEqual(everywhere('v1', 'v2'));
    expect(nodes.map(({ front }, index) => front.bytes() - (sent[index] ?? 0))).toEqual(nodes.map(() => 8 * MIB));
    for (const watcher of watchers) {
      expect(await watcher.stop()).toEqual({ wrong: [], seen: new Set(['fraud/v1', 'fraud/v2', 'fraud/v3']) });
    }
  });
});
