import { execFile } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const run = promisify(execFile);

/** Whether this user may mount a file system on this machine. */
export async function mayMount(): Promise<boolean> {
  try {
    const { unmount } = await mounted(1);
    await unmount();
    return true;
  } catch {
    return false;
  }
}

/** A file system of so many MiB of its own, unmounted with the test. */
export async function smallDisk(mebibytes: number): Promise<string> {
  const { folder, unmount } = await mounted(mebibytes);
  onTestFinished(unmount);
  return folder;
}

/** Takes all that a file system has left, at once. */
export function fillDisk(file: string): void {
  for (const size of [64 * 1024, 1]) {
    try {
      for (;;) appendFileSync(file, Buffer.alloc(size));
    } catch {
      // It is full, as far as pieces of this size go.
    }
  }
}

async function mounted(mebibytes: number): Promise<{ folder: string; unmount: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'lastgood-disk-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'lastgood-test', folder]);
  } catch (error) {
    await remove();
    throw error;
  }
  const unmount = async (): Promise<void> => {
    await run('umount', ['--lazy', folder]);
    await remove();
  };
  return { folder, unmount };
}
