import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { takeOwnership } from '../../../src/platform/files/owner-lock.js';
import { startMark } from '../../../src/platform/files/process-facts.js';
import { fillDisk, mayMount, smallDisk } from '../../support/agent/small-disk.js';
import { testFolder } from '../../support/run-folder.js';

const DISKS = (await mayMount()) ? [1] : [];

const tries = async (folder: string, count: number) => {
  const all = await Promise.allSettled(Array.from({ length: count }, () => takeOwnership(folder)));
  return all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
};

describe('owning a folder', () => {
  it('goes to exactly one of many that try at the same moment', async () => {
    expect(await tries(await testFolder('lock'), 20)).toHaveLength(1);
  });

  it('goes to exactly one of many that find the same dead owner', async () => {
    for (let round = 0; round < 20; round += 1) {
      const folder = await testFolder('lock');
      await writeFile(join(folder, 'owner-7'), `${process.pid}\nnot when this process started\n`);
      expect(await tries(folder, 20)).toHaveLength(1);
      expect((await readdir(folder)).toSorted()).toEqual(['owner-8']);
    }
  });

  it('can change hands many times and never be in two', async () => {
    const folder = await testFolder('lock');
    let holders = 0;
    let turns = 0;
    const worker = async (): Promise<void> => {
      while (turns < 100) {
        const lock = await takeOwnership(folder).catch(() => undefined);
        if (!lock) continue;
        holders += 1;
        expect(holders).toBe(1);
        turns += 1;
        await new Promise((resolve) => setImmediate(resolve));
        holders -= 1;
        await lock.release();
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('survives an owner file that was cut short', async () => {
    const folder = join(await testFolder('lock'), 'x');
    await mkdir(folder);
    await writeFile(join(folder, 'owner-1'), '');
    const lock = await takeOwnership(folder);
    await expect(takeOwnership(folder)).rejects.toThrow(`Another Lastgood (process ${process.pid})`);
    await lock.release();
  });

  // Where nobody may mount a file system, none can be filled either.
  it.each(DISKS)(
    'takes no room: on a full disk of %i MiB it goes to exactly one too, and changes hands',
    async (size) => {
      const folder = await smallDisk(size);
      await mkdir(join(folder, 'lock'));
      const filler = join(folder, 'filler');
      fillDisk(filler);
      const [lock, ...others] = await tries(join(folder, 'lock'), 20);
      expect(others).toEqual([]);
      await expect(takeOwnership(join(folder, 'lock'))).rejects.toThrow(`Another Lastgood (process ${process.pid})`);
      await lock?.release();
      const next = await takeOwnership(join(folder, 'lock'));
      expect(await readdir(join(folder, 'lock'))).toEqual(['owner-2']);
      await rm(filler);
      await expect(takeOwnership(join(folder, 'lock'))).rejects.toThrow(`Another Lastgood (process ${process.pid})`);
      await next.release();
      await (await takeOwnership(join(folder, 'lock'))).release();
    },
  );

  it('tells a process from an earlier one of the same number by when it started', async () => {
    expect(await startMark(process.pid)).toBe(await startMark(process.pid));
    expect(await startMark(process.pid)).not.toBe(await startMark(process.ppid));
    expect(await startMark(4_194_305)).toBeUndefined();
  });
});
