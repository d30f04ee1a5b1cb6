import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { FolderInUse, takeOwnership, type OwnerLock } from '../../src/platform/files/owner-lock.js';

/** Does the work while nobody else does any under the same folder, in this process or another; waits until then. */
export async function inTurn<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true });
  const turn = await takeTurn(folder);
  try {
    return await work();
  } finally {
    await turn.release();
  }
}

async function takeTurn(folder: string): Promise<OwnerLock> {
  for (;;) {
    try {
      return await takeOwnership(folder);
    } catch (error) {
      if (!(error instanceof FolderInUse)) throw error;
      await sleep(100);
    }
  }
}
