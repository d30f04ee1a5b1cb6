import { setTimeout as sleep } from 'node:timers/promises';
import { ignoring } from '../../files/system-code.js';
import { EmbeddedPostgresError } from './errors.js';
import { isRunning } from '../../files/process-facts.js';

/** How a server is asked to end, each for so many milliseconds before the next, harsher one. None loses a commit. */
const requests = [
  ['SIGINT', 30_000], // "fast": roll back what is open, write everything out
  ['SIGQUIT', 10_000], // "immediate": stop at once, recover at the next start
  ['SIGKILL', 5_000],
] as const;

/**
 * Ends a server by its process number, politely first, and waits until it is gone.
 *
 * @throws EmbeddedPostgresError where it survives everything.
 */
export async function endServer(pid: number): Promise<void> {
  for (const [signal, patience] of requests) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      ignoring('ESRCH')(error);
    }
    for (const until = Date.now() + patience; Date.now() < until; await sleep(10)) {
      if (!(await isRunning(pid))) return;
    }
  }
  throw new EmbeddedPostgresError(`PostgreSQL (process ${pid}) does not end; end it by hand and start again.`);
}
