import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Artifact } from '../../../src/domain/version-record.js';
import { ScriptedRegistry } from '../../support/agent/scripted-registry.js';
import { watchModels } from '../../support/agent/watch-models.js';
import { freshBytes } from '../sample-bytes.js';
import { MIB, startNode, type Node } from './node.js';
import { assignment, startAgent, type AgentNode } from './running-agent.js';

const soon = { timeout: 60_000, interval: 20 };

async function becomes(registry: ScriptedRegistry, node: string, states: Record<string, string>): Promise<void> {
  await vi.waitFor(() => expect(registry.states(node)).toEqual(states), soon);
}

async function plantBase(node: Node): Promise<Artifact[]> {
  return Promise.all([1, 2, 3].map((n) => node.plant(`base-${n}.bin`, freshBytes(2 * MIB))));
}

describe('the agent of a node', { timeout: 300_000 }, () => {
  it('has on each of three nodes what is assigned, and fetches of the next version only what differs', async () => {
    const registry = await ScriptedRegistry.start();
    const planter = await startNode();
    const base = await plantBase(planter);
    const first = { ...(await planter.plant('head-1.bin', freshBytes(MIB))), path: 'head.bin' };
    const second = { ...(await planter.plant('head-2.bin', freshBytes(2 * MIB))), path: 'head.bin' };
    const agents = await Promise.all(['a', 'b', 'c'].map((name) => startAgent(registry, name)));
    const watchers = agents.map(({ folder }) => {
      const digests = [...base, first].map(({ path, digest }) => [path, digest]);
      const later = [...base, second].map(({ path, digest }) => [path, digest]);
      return watchModels(folder, { 'fraud/v1': Object.fromEntries(digests), 'fraud/v2': Object.fromEntries(later) });
    });
    for (const { name } of agents) registry.assign(name, [assignment(1, [...base, first])]);
    for (const { name } of agents) await becomes(registry, name, { 'fraud/v1': 'resident' });
    for (const { front } of agents) expect(front.bytes()).toBe(7 * MIB);
    for (const { name } of agents) {
      registry.assign(name, [assignment(1, [...base, first], { role: 'target' }), assignment(2, [...base, second])]);
    }
    for (const { name } of agents) await becomes(registry, name, { 'fraud/v1': 'resident', 'fraud/v2': 'resident' });
    for (const { front } of agents) expect(front.bytes()).toBe(9 * MIB);
    for (const watcher of watchers) {
      expect(await watcher.stop()).toEqual({ wrong: [], seen: new Set(['fraud/v1', 'fraud/v2']) });
    }
    expect(registry.registration('a')).toMatchObject({
      labels: { zone: 'b', 'gpu.product': 'NVIDIA-L40S', 'gpu.count': '8', 'gpu.memory': '48' },
      disk: { usedBytes: expect.any(Number) as number },
    });
  });

  it('tells how far a download is, and goes on with it after a stop without fetching a byte twice', async () => {
    const registry = await ScriptedRegistry.start();
    const agent = await startAgent(registry, 'a', { node: await startNode({ settings: { parts: 2 } }) });
    const file = await agent.plant('model.bin', freshBytes(12 * MIB));
    agent.front.stallAfter = 5 * MIB;
    registry.assign('a', [assignment(1, [file])]);
    await vi.waitFor(() => {
      const weights = registry.reports('a').at(-1)?.items[0]?.weights;
      expect(weights).toMatchObject({ state: 'downloading', bytesTotal: 12 * MIB });
      expect(weights?.bytesDone).toBeGreaterThan(2 * MIB);
    }, soon);
    await agent.stop();
    await agent.downloads.close();
    await agent.cache.close();
    expect(await readdir(agent.cache.folder.models())).toEqual([]);
    agent.front.stallAfter = Infinity;
    const sent = agent.front.bytes();
    const node = await startNode({ folder: agent.folder });
    await startAgent(registry, 'a', { node });
    await becomes(registry, 'a', { 'fraud/v1': 'resident' });
    // What was in the hands of the two parts when they were stopped may be lost, and no more.
    expect(node.front.bytes()).toBeLessThanOrEqual(12 * MIB - sent + 2 * MIB);
  });

  it('keeps what it has and goes on pulling by the last list while the registry is down, also after a restart', async () => {
    const registry = await ScriptedRegistry.start();
    const agent = await startAgent(registry, 'a');
    const [one, two] = [await agent.plant('1.bin', freshBytes(MIB)), await agent.plant('2.bin', freshBytes(4 * MIB))];
    agent.front.fault = (key) => (key.endsWith('2.bin') ? { status: 503 } : null);
    registry.assign('a', [assignment(1, [one]), assignment(2, [two])]);
    const failed = { state: 'failed', reason: expect.stringContaining('2.bin') as string };
    await vi.waitFor(() => {
      const [first, second] = registry.reports('a').at(-1)?.items ?? [];
      expect([first?.weights, second?.weights]).toMatchObject([{ state: 'resident' }, failed]);
    }, soon);
    registry.down(true);
    await agent.stop();
    await agent.cache.close();
    const node = await startNode({ folder: agent.folder });
    const again = await startAgent(registry, 'a', { node });
    await vi.waitFor(() => expect(node.cache.isResident({ model: 'fraud', version: 2 })).toBe(true), soon);
    await vi.waitFor(() => expect(again.logged.join('\n')).toContain('the registry cannot be reached'), soon);
    registry.down(false);
    await becomes(registry, 'a', { 'fraud/v1': 'resident', 'fraud/v2': 'resident' });
  });

  it('says loudly that another agent has its name, evicts and fetches nothing, and takes over once that one is gone', async () => {
    const registry = await ScriptedRegistry.start();
    const first = await startAgent(registry, 'a');
    const file = await first.plant('model.bin', freshBytes(MIB));
    registry.assign('a', [assignment(1, [file])]);
    await becomes(registry, 'a', { 'fraud/v1': 'resident' });
    const second = await startAgent(registry, 'a');
    await vi.waitFor(() => expect(second.logged.join('\n')).toContain('another agent reports as a'), soon);
    expect(second.front.bytes()).toBe(0);
    await first.stop();
    registry.endLease('a');
    await vi.waitFor(() => expect(second.cache.isResident({ model: 'fraud', version: 1 })).toBe(true), soon);
    await becomes(registry, 'a', { 'fraud/v1': 'resident' });
  });

  it('still has the rollback target after the alias moved on and room was made on a nearly full budget', async () => {
    const registry = await ScriptedRegistry.start();
    const limits = { budget: 9 * MIB, floor: 0 };
    const agent = await startAgent(registry, 'a', { limits });
    const files = await Promise.all([1, 2, 3, 4].map((n) => agent.plant(`${n}.bin`, freshBytes(3 * MIB))));
    const version = (n: number, role: 'live' | 'target' | 'candidate' = 'live') => {
      const file = files[n - 1];
      return assignment(n, file ? [file] : [], { role, warm: role === 'target' });
    };
    registry.assign('a', [version(1)]);
    await becomes(registry, 'a', { 'fraud/v1': 'resident' });
    registry.assign('a', [version(1, 'target'), version(2), version(3, 'candidate')]);
    await becomes(registry, 'a', { 'fraud/v1': 'resident', 'fraud/v2': 'resident', 'fraud/v3': 'resident' });
    // v3 was aborted, and v4 comes: of the three, only v3 may go.
    registry.assign('a', [version(1, 'target'), version(2), version(4, 'candidate')]);
    await becomes(registry, 'a', { 'fraud/v1': 'resident', 'fraud/v2': 'resident', 'fraud/v4': 'resident' });
    // Nothing may go for v3 now, and that is said.
    registry.assign('a', [version(1, 'target'), version(2), version(4), version(3, 'candidate')]);
    await becomes(registry, 'a', {
      'fraud/v1': 'resident',
      'fraud/v2': 'resident',
      'fraud/v4': 'resident',
      'fraud/v3': 'failed',
    });
    expect(registry.reports('a').at(-1)?.items.at(-1)?.weights.reason).toMatch(/needs 3\.15 MB.*after evicting/);
    expect(await modelsOf(agent)).toEqual(['v1', 'v2', 'v4']);
  });

  it('keeps its list and what lies there when the clock of the machine jumps', async () => {
    const registry = await ScriptedRegistry.start();
    let offset = 0;
    const now = (): number => Date.now() + offset;
    const agent = await startAgent(registry, 'a', { now });
    const files = await Promise.all([1, 2].map((n) => agent.plant(`${n}.bin`, freshBytes(MIB))));
    const [one, two] = files.map((file, index) => assignment(index + 1, [file]));
    if (!one || !two) throw new Error('nothing was planted');
    registry.assign('a', [one]);
    await becomes(registry, 'a', { 'fraud/v1': 'resident' });
    for (const jump of [-400, 400]) {
      offset = jump * 24 * 3600 * 1000;
      const reports = registry.reports('a').length;
      await vi.waitFor(() => expect(registry.reports('a').length).toBeGreaterThan(reports + 2), soon);
    }
    registry.assign('a', [one, two]);
    await becomes(registry, 'a', { 'fraud/v1': 'resident', 'fraud/v2': 'resident' });
  });

  it('does not fetch what has no leave yet, and leaves a download for what comes first', async () => {
    const registry = await ScriptedRegistry.start();
    const agent = await startAgent(registry, 'a');
    const slow = await agent.plant('slow.bin', freshBytes(8 * MIB));
    const urgent = await agent.plant('urgent.bin', freshBytes(MIB));
    agent.front.stallAfter = 2 * MIB;
    const waiting = assignment(3, [urgent], { go: false, waitsFor: 'its turn: 2 of 4 nodes fetch now' });
    registry.assign('a', [assignment(2, [slow], { role: 'candidate' }), waiting]);
    await vi.waitFor(() => expect(agent.front.bytes()).toBeGreaterThanOrEqual(2 * MIB), soon);
    const pending = { state: 'pending', reason: 'its turn: 2 of 4 nodes fetch now' };
    await vi.waitFor(() => expect(registry.reports('a').at(-1)?.items[1]?.weights).toMatchObject(pending), soon);
    // What is asked for from now on is not to be lost in the stall that the download under way is in.
    agent.front.fault = () => vi.waitUntil(() => agent.front.stallAfter === Infinity, soon).then(() => null);
    registry.assign('a', [{ ...waiting, role: 'target', go: true, waitsFor: null }, assignment(2, [slow])]);
    await vi.waitFor(() => expect(agent.logged.join('\n')).toContain('fraud/v2 is left for later'), soon);
    agent.front.stallAfter = Infinity;
    await becomes(registry, 'a', { 'fraud/v3': 'resident', 'fraud/v2': 'resident' });
    const kept = { node: 'a', assignments: [{ version: 3 }, { version: 2 }] };
    await vi.waitFor(async () => {
      expect(JSON.parse(await readFile(join(agent.folder, 'plan.json'), 'utf8'))).toMatchObject(kept);
    }, soon);
  });
});

async function modelsOf({ cache }: AgentNode): Promise<string[]> {
  return (await readdir(join(cache.folder.models(), 'fraud'))).toSorted();
}
