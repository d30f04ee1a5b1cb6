import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testFolder } from '../../support/run-folder.js';
import { MIB, soon } from './pool.js';
import { startSite, type Site } from './site.js';

const run = promisify(execFile);
const SIZE = 12 * MIB;

describe('the weights of a rollback target', () => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.close());

  it('are read into the page cache, and those of the live version are not', async () => {
    const pool = site.pool('warm');
    // Not in the folder for temporary files, which may lie in memory.
    const node = await pool.node('a', await testFolder('warm'));
    node.start();
    await pool.serve([await pool.plant('head.bin', SIZE, 'one')]);
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1' }), soon);
    await pool.serve([await pool.plant('head.bin', SIZE, 'two')]);
    await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '1 of 1', v2: '1 of 1' }), soon);
    await node.end('SIGTERM');

    const [target, live] = ['v1', 'v2'].map((version) => join(node.folder, 'models/warm', version, 'head.bin'));
    for (const file of [target, live]) {
      await vi.waitFor(async () => {
        await run('dd', [`if=${file}`, 'iflag=nocache', 'count=0']);
        expect(await bytesInMemory(file)).toBe(0);
      }, soon);
    }
    node.start({ env: { LASTGOOD_WARM_RATE: '100MB' } });
    await vi.waitFor(async () => expect(await bytesInMemory(target)).toBe(SIZE), soon);
    expect(await bytesInMemory(live)).toBe(0);
    expect(await readdir(join(node.folder, 'models/warm'))).toEqual(['v1', 'v2']);
  });
});

/** How much of a file lies in the page cache, by fincore(1) of util-linux. */
async function bytesInMemory(file = ''): Promise<number> {
  const { stdout } = await run('fincore', ['--bytes', '--noheadings', '--output', 'RES', file]);
  return Number(stdout);
}
