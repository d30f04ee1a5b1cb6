import { setTimeout as sleep } from 'node:timers/promises';
import { foldersOfThisProcess } from '../stores/folders.js';

const WAITS = 50;
const WAIT_MS = 20;
const LOG_MS = 100;

/** Waits for the calls to folders that come back within a second. Those that do not are left to {@link endDespiteFolders}. */
export async function foldersSettled(): Promise<void> {
  const folders = foldersOfThisProcess();
  for (let wait = 0; wait < WAITS && folders.held > 0; wait++) await sleep(WAIT_MS);
}

/** Ends the process with the code, once its {@link foldersSettled}: at once where nothing is asked of any. */
export async function leave(code: number): Promise<never> {
  if (foldersOfThisProcess().held > 0) await foldersSettled();
  return process.exit(code);
}

/**
 * From now on this process ends, whatever ends it, though calls to folders have not come back; with SIGKILL then. Node.js
 * waits for its threads when it ends, and one that asks a share that hangs would keep it for ever.
 */
export function endDespiteFolders(): void {
  const broke: unknown[] = [];
  process.on('uncaughtExceptionMonitor', (error) => broke.push(error));
  process.on('exit', () => {
    const { held } = foldersOfThisProcess();
    if (held === 0) return;
    // Node.js would say it only after this.
    for (const error of broke) console.error(error);
    // Not by the log, which writes by one of those threads. What it has given to one is written meanwhile.
    console.error(`lastgood: ended by SIGKILL: folders that do not answer (calls: ${held}) would keep the process`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOG_MS);
    process.kill(process.pid, 'SIGKILL');
    // A container's first process is spared every signal from within, and ends by breaking.
    if (process.pid === 1) process.abort();
  });
}
