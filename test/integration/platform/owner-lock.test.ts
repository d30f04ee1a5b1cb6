import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { takeOwnership } from '../../../src/platform/files/owner-lock.js';
import { startMark } from '../../../src/platform/files/process-facts.js';
import { testFolder } from '../../support/run-folder.js';

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

  it('tells a process from an earlier one of the same number by when it started', async () => {
    expect(await startMark(process.pid)).toBe(await startMark(process.pid));
    expect(await startMark(process.pid)).not.toBe(await startMark(process.ppid));
    expect(await startMark(4_194_305)).toBeUndefined();
  });
});
