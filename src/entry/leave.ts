import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { foldersOfThisProcess } from '../stores/folders.js';

const WAITS = 50;
const WAIT_MS = 20;

/**
 * Ends the process with the code; with SIGKILL where a call to a folder has not come back within a second. Node.js waits
 * for its threads when it ends, and one that asks a share that hangs would keep it for ever.
 */
export async function leave(code: number, log: Logger): Promise<void> {
  const folders = foldersOfThisProcess();
  for (let wait = 0; wait < WAITS && folders.held > 0; wait++) await sleep(WAIT_MS);
  if (folders.held > 0) {
    log.warn(`ended by SIGKILL: folders that do not answer (calls: ${folders.held}) would keep the process`);
    process.kill(process.pid, 'SIGKILL');
  }
  process.exit(code);
}
