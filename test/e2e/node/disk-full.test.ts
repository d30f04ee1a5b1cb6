import { execFile } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fillDisk, mayMount, smallDisk } from '../../support/agent/small-disk.js';
import { MIB, soon } from './pool.js';
import { startSite, type Site } from './site.js';

const run = promisify(execFile);
// Where nobody may mount a file system, the limit on a file's size alone is tested; it is answered in the same way.
const DISKS = (await mayMount()) ? [32] : [];

describe('a disk that becomes full in the middle of a download', () => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.close());

  it.each(DISKS)('of %i MiB is reported, keeps what it has, and takes the rest once there is room', async (size) => {
    const pool = site.pool('full');
    const disk = await smallDisk(size);
    const node = await pool.node('a', join(disk, 'cache'));
    const filler = join(disk, 'of-somebody-else');
    const watcher = node.watch();
    node.start({ flags: ['--parts', '2'] });
    const base = await pool.plant('base.bin', 6 * MIB);
    await pool.serve([base]);
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1' }), soon);

    // There is room when the download begins, and none when the fourth of its files is asked for.
    const before = node.front.gets();
    node.front.fault = (_key, gets) => {
      if (gets === before + 3) fillDisk(filler);
      return null;
    };
    const own = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => pool.plant(`own-${n}.bin`, 2 * MIB)));
    await pool.serve([base, ...own]);
    await vi.waitFor(() => expect(codes()).toContain('disk-full'), soon);
    await vi.waitFor(async () => {
      expect(await pool.said(node)).toEqual({ v1: 'resident', v2: expect.stringMatching(FULL) as string });
    }, soon);
    expect(await node.visible()).toEqual(['v1']);
    expect(await readdir(join(node.folder, 'partial'))).toEqual([]);

    // Without a byte to write, it can be stopped in order and started again, and still has what it had.
    expect((await node.end('SIGTERM'))?.code).toBe(0);
    fillDisk(filler);
    node.start({ flags: ['--parts', '2'] });
    await vi.waitFor(
      () => expect(node.log.filter(({ msg }) => msg.includes('knows this node as'))).toHaveLength(2),
      soon,
    );
    expect(await node.look()).toEqual({ wrong: [], seen: new Set(['full/v1']) });

    await rm(filler);
    const sent = node.front.bytes();
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1', v2: '1 of 1' }), soon);
    expect(node.front.bytes() - sent).toBeLessThanOrEqual(12 * MIB);
    expect(await watcher.stop()).toEqual({ wrong: [], seen: new Set(['full/v1', 'full/v2']) });

    function codes(): unknown[] {
      return node.log.map(({ code }) => code);
    }
  });

  it('is what a limit on the size of files counts as, and is left behind once that is lifted', async () => {
    const pool = site.pool('limited');
    const node = await pool.node('a');
    const watcher = node.watch();
    const agent = node.start();
    const limit = (bytes: string) => run('prlimit', ['--pid', String(agent.pid), `--fsize=${bytes}:unlimited`]);
    await vi.waitUntil(() => node.hasLogged('knows this node as'), soon);
    await limit(String(4 * MIB));
    await pool.serve([await pool.plant('model.bin', 20 * MIB)]);
    await vi.waitFor(async () => {
      expect(await pool.said(node)).toEqual({ v1: 'failed: the disk became full while limited/v1 was written' });
    }, soon);
    expect(await node.visible()).toEqual([]);
    expect(await readdir(join(node.folder, 'partial'))).toEqual([]);
    await limit('unlimited');
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1' }), soon);
    expect(await watcher.stop()).toEqual({ wrong: [], seen: new Set(['limited/v1']) });
  });
});

/** Either it filled up in the middle, or a later try did not even begin. */
const FULL = /^failed: (the disk became full while full\/v2 was written|full\/v2 needs .* free after evicting)/;
