import { execFile } from 'node:child_process';
import { chmod, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { emptyFolder } from '../../support/agent/cache-under-test.js';
import { fakeClock } from '../../support/agent/fake-clock.js';
import { MIB, soon } from './pool.js';
import type { PoolNode } from './pool-node.js';
import { startSite, type Site } from './site.js';

const run = promisify(execFile);

describe('an agent whose clock jumps', () => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.close());

  /** Waits until the agent has renewed its lease twice more, by the registry's clock. */
  async function renewsTwice(node: PoolNode): Promise<void> {
    for (let times = 0; times < 2; times++) {
      const { reportedAt } = await site.client.getNode(node.name);
      await vi.waitFor(async () => {
        const now = await site.client.getNode(node.name);
        expect(now.reporting).toBe(true);
        expect(Date.parse(now.reportedAt)).toBeGreaterThan(Date.parse(reportedAt));
      }, soon);
    }
  }

  it('keeps its lease and what it has, and goes on fetching, whichever way and however far', async () => {
    const pool = site.pool('clock');
    const node = await pool.node('a');
    const watcher = node.watch();
    const clock = await fakeClock(await emptyFolder());
    node.start({ env: clock.env });
    const base = await pool.plant('base.bin', 2 * MIB);
    const serve = async (): Promise<number> => {
      const number = Object.keys(pool.truth).length + 1;
      return pool.serve([base, await pool.plant('head.bin', 2 * MIB, `head ${number}`)]);
    };
    const isThere = async (version: number): Promise<void> =>
      vi.waitFor(async () => expect(await pool.resident()).toMatchObject({ [`v${version}`]: '1 of 1' }), soon);
    await isThere(await serve());
    for (const offset of ['+6h', '-9h', '+400d', '-400d']) {
      await clock.set(offset);
      await renewsTwice(node);
      await isThere(await serve());
    }
    // A failure is waited out by the time that passes, not by what the clock says.
    node.front.fault = (key) => (key.endsWith('head.bin') ? { spoilAt: 5 } : null);
    const last = await serve();
    const failed = expect.stringContaining('failed: ') as string;
    await vi.waitFor(async () => expect(await pool.said(node)).toMatchObject({ [`v${last}`]: failed }), soon);
    await clock.set('-800d');
    node.front.fault = () => null;
    await isThere(last);
    // Its clock has jumped indeed, and it is still the process that was started first.
    const years = new Set(node.log.map(({ time }) => String(time).slice(0, 4)));
    expect(years.size).toBeGreaterThan(2);
    expect((await node.end('SIGTERM'))?.code).toBe(0);
    const { wrong, seen } = await watcher.stop();
    expect({ wrong, seen: seen.size }).toEqual({ wrong: [], seen: last });
  });

  it('finds a rotten file when it is due by its clock, takes it out of use, says so, and fetches only that one again', async () => {
    const pool = site.pool('rot');
    const node = await pool.node('a');
    const clock = await fakeClock(await emptyFolder());
    node.start({ env: { ...clock.env, LASTGOOD_SCRUB_RATE: '200MB' } });
    const base = await pool.plant('base.bin', 3 * MIB);
    await pool.serve([base, await pool.plant('head.bin', MIB, 'one')]);
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1' }), soon);
    await pool.serve([base, await pool.plant('head.bin', MIB, 'two')]);
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1', v2: '1 of 1' }), soon);
    const sent = node.front.bytes();

    await rot(join(node.folder, 'models/rot/v1/base.bin'));
    expect((await node.look()).wrong).toHaveLength(2);
    // Until somebody has read the registry's word on it, the store gives nothing.
    node.front.fault = () => ({ status: 503 });
    await clock.set('+15d');
    await vi.waitUntil(() => node.hasLogged('is damaged'), soon);
    const watcher = node.watch();
    expect(node.log.find(({ msg }) => msg.includes('is damaged'))).toMatchObject({
      level: 50,
      versions: ['rot/v1', 'rot/v2'],
      msg: expect.stringContaining(`the blob ${base.digest} is damaged`) as string,
    });
    expect(await node.visible()).toEqual([]);
    const told = expect.stringContaining(`the blob ${base.digest} is damaged`) as string;
    await vi.waitFor(async () => expect(await pool.said(node)).toMatchObject({ v2: told }), soon);
    expect(await pool.resident()).toEqual({ v1: '0 of 1', v2: '0 of 1' });

    node.front.fault = () => null;
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1', v2: '1 of 1' }), soon);
    expect(node.front.bytes() - sent).toBe(3 * MIB);
    expect(await pool.said(node)).toEqual({ v1: 'resident', v2: 'resident' });
    expect(await watcher.stop()).toEqual({ wrong: [], seen: new Set(['rot/v1', 'rot/v2']) });
  });
});

/** Changes a bit of a file as a failing disk does: its size and the time of its last change stay. */
async function rot(path: string): Promise<void> {
  const reference = join(await emptyFolder(), 'reference');
  await run('touch', ['-r', path, reference]);
  await chmod(path, 0o644);
  const { [70_000]: byte = 0 } = await readFile(path);
  const handle = await open(path, 'r+');
  await handle.write(Buffer.from([byte ^ 1]), 0, 1, 70_000);
  await handle.close();
  await chmod(path, 0o444);
  await run('touch', ['-r', reference, path]);
}
