import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MIB, soon } from './pool.js';
import { startSite, type Site } from './site.js';

describe('an agent whose registry is down for a while', () => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.close());

  it('keeps what it has and its list, finishes what it was fetching, also after a kill, and tells it afterwards', async () => {
    const pool = site.pool('away');
    const node = await pool.node('a');
    const watcher = node.watch();
    node.start();
    const base = await pool.plant('base.bin', 4 * MIB);
    await pool.serve([base]);
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1' }), soon);

    // The store gives nothing of the next version before the registry is gone.
    node.front.fault = (key) => (key.endsWith('head.bin') ? { status: 503 } : null);
    await pool.serve([base, await pool.plant('head.bin', 20 * MIB)]);
    const listed = async (): Promise<string> => readFile(join(node.folder, 'plan.json'), 'utf8');
    await vi.waitFor(async () => expect(await listed()).toContain('"version":2'), soon);
    await site.registry().end('SIGKILL');
    await vi.waitUntil(() => node.hasLogged('the registry cannot be reached'), soon);
    expect(await node.look()).toEqual({ wrong: [], seen: new Set(['away/v1']) });

    await node.end('SIGKILL');
    node.start();
    await vi.waitUntil(() => node.log.filter(({ msg }) => msg.includes('cannot be reached')).length === 2, soon);
    node.front.fault = () => null;
    await vi.waitFor(async () => expect(await node.visible()).toEqual(['v1', 'v2']), soon);
    expect(node.bytesFetched).toEqual([4 * MIB, 20 * MIB]);
    await node.end('SIGTERM');
    node.start();
    await vi.waitUntil(() => node.log.filter(({ msg }) => msg.includes('cannot be reached')).length === 3, soon);

    await site.restartRegistry();
    await vi.waitUntil(() => node.hasLogged('the registry answers again'), soon);
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1', v2: '1 of 1' }), soon);
    expect(node.front.bytes()).toBe(24 * MIB);
    expect(await watcher.stop()).toEqual({ wrong: [], seen: new Set(['away/v1', 'away/v2']) });
  });
});
