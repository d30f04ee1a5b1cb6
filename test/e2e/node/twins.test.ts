import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MIB, soon } from './pool.js';
import type { PoolNode } from './pool-node.js';
import { startSite, type Site } from './site.js';

const TAKEN = 'another agent reports as twins-a: nothing is fetched or evicted here';
const COPIED = 'another agent reports as copies-a: nothing is fetched or evicted here';

describe('two agents with one name', () => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.close());

  const idOf = async (node: PoolNode): Promise<string> =>
    (await readFile(join(node.folder, 'agent-id'), 'utf8')).split('\n')[0] ?? '';
  const holder = async (): Promise<string> => (await site.client.getNode('twins-a')).agent;

  it('never work at once: one does, the other says so, and takes over when the first is silent or stops', async () => {
    const pool = site.pool('twins');
    const [first, second] = [await pool.node('a'), await pool.node('a')];
    const watchers = [first.watch(), second.watch()];
    const process1 = first.start();
    await pool.serve([await pool.plant('model.bin', 4 * MIB, 'one')]);
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1' }), soon);

    second.start();
    await vi.waitUntil(() => second.hasLogged(TAKEN), soon);
    const refusal = second.log.find(({ msg }) => msg === TAKEN);
    expect(refusal?.level).toBe(50); // an error
    expect(refusal?.reason).toMatch(/--name/);
    expect(await holder()).toBe(await idOf(first));
    expect([second.front.bytes(), await second.visible()]).toEqual([0, []]);

    // The first one hangs for longer than its lease.
    process.kill(process1.pid, 'SIGSTOP');
    await vi.waitFor(async () => expect(await holder()).toBe(await idOf(second)), soon);
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1' }), soon);
    expect(second.front.bytes()).toBe(4 * MIB);

    // It wakes up, finds that its name is taken, and touches nothing.
    process.kill(process1.pid, 'SIGCONT');
    await vi.waitUntil(() => first.hasLogged(TAKEN), soon);
    await pool.serve([await pool.plant('model.bin', 5 * MIB, 'two')]);
    await vi.waitFor(async () => {
      expect(await holder()).toBe(await idOf(second));
      expect(await pool.resident()).toEqual({ v1: '1 of 1', v2: '1 of 1' });
    }, soon);
    expect([first.front.bytes(), second.front.bytes()]).toEqual([4 * MIB, 9 * MIB]);
    expect([await first.visible(), await second.visible()]).toEqual([['v1'], ['v1', 'v2']]);

    expect((await second.end('SIGTERM'))?.code).toBe(0);
    await vi.waitFor(async () => {
      expect(await holder()).toBe(await idOf(first));
      expect(await pool.resident()).toEqual({ v1: '1 of 1', v2: '1 of 1' });
    }, soon);
    expect(first.front.bytes()).toBe(9 * MIB);
    for (const watcher of watchers) {
      expect(await watcher.stop()).toEqual({ wrong: [], seen: new Set(['twins/v1', 'twins/v2']) });
    }
  });

  it('are told apart also where the cache folder of one is a copy of the other’s', async () => {
    const pool = site.pool('copies');
    const [first, second] = [await pool.node('a'), await pool.node('a')];
    first.start();
    await pool.serve([await pool.plant('model.bin', 4 * MIB)]);
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1' }), soon);
    await first.end('SIGTERM');
    await cp(first.folder, second.folder, { recursive: true });
    const watchers = [first.watch(), second.watch()];

    first.start();
    await vi.waitUntil(() => first.log.filter(({ msg }) => msg.includes('knows this node as')).length === 2, soon);
    second.start();
    await vi.waitUntil(() => second.hasLogged(COPIED), soon);
    await first.end('SIGTERM');
    // What was copied is used once it has been read: it is not fetched.
    await vi.waitFor(async () => expect(await second.visible()).toEqual(['v1']), soon);
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1' }), soon);
    expect([first.front.bytes(), second.front.bytes()]).toEqual([4 * MIB, 0]);
    for (const watcher of watchers) expect((await watcher.stop()).wrong).toEqual([]);
  });
});
