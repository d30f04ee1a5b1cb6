import type { Logger } from 'pino';
import { endDespiteFolders, foldersSettled, leave } from './leave.js';

type Step = () => Promise<void>;

/**
 * Runs `start`, and on the first SIGTERM or SIGINT whatever it handed to `onStop`, the last first; then ends the process:
 * with 0 when everything drained, with 1 when something failed or took longer than `graceSeconds` and a few more. A
 * signal that comes while `start` still runs waits for it, so that nothing half started is left behind; a second signal
 * ends the process at once. Where `start` throws, what it had started is stopped and the error is thrown on. A share that
 * hangs keeps no process from ending: see {@link endDespiteFolders}.
 */
export async function untilSignal(
  { graceSeconds, log }: { graceSeconds: number; log: Logger },
  start: (onStop: (step: Step) => void) => Promise<void>,
): Promise<void> {
  endDespiteFolders();
  const steps: Step[] = [];
  let stopping = false;
  let tellStarted = (): void => undefined;
  const started = new Promise<void>((resolve) => (tellStarted = resolve));

  const onSignal = (signal: string): void => {
    if (stopping) return void leave(1);
    stopping = true;
    log.info(`${signal}: draining`);
    setTimeout(() => void giveUp(log), graceSeconds * 1000 + 5000);
    void started.then(() => stopAll(steps, log)).then((clean) => leave(clean ? 0 : 1));
  };
  for (const signal of signals()) process.on(signal, onSignal);

  try {
    await start((step) => steps.unshift(step));
  } catch (error) {
    // Whoever asked it to stop does not care why it could not start.
    if (stopping) return;
    await stopAll(steps, log);
    await foldersSettled();
    throw error;
  } finally {
    tellStarted();
  }
}

// A closed terminal ends what runs in it, but not what nohup has taken out of it.
const signals = (): NodeJS.Signals[] => ['SIGTERM', 'SIGINT', ...(process.stdout.isTTY ? (['SIGHUP'] as const) : [])];

/** @returns whether every step went well; one that fails does not keep the others from being taken */
async function stopAll(steps: Step[], log: Logger): Promise<boolean> {
  let clean = true;
  for (const step of steps) {
    await step().catch((error: unknown) => {
      log.error(error, 'could not stop cleanly');
      clean = false;
    });
  }
  return clean;
}

async function giveUp(log: Logger): Promise<void> {
  log.error('what was under way did not end in time');
  await leave(1);
}
