import { setTimeout as sleep } from 'node:timers/promises';

const GIVE_UP_MS = 60_000;

/** Waits until something holds, looking again and again. @throws when it does not come to hold, saying what was awaited */
export const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  giveUpMs = GIVE_UP_MS,
): Promise<void> => {
  const end = Date.now() + giveUpMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await sleep(20);
  }
};

/** A little while, for tests that show that something does not happen. */
export const aWhile = (): Promise<void> => sleep(600);

/** A gate that keeps whoever awaits `opened` until somebody opens it. */
export class Gate {
  open!: () => void;
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

/** What a job does that ends only when it is told to leave. Opens `begun` first. Throws once the signal is aborted. */
export const untilAborted = (begun: Gate, signal: AbortSignal): Promise<never> => {
  begun.open();
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('told to leave')));
  });
};
