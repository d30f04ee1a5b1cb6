import { bytes } from './format.js';

/** One long step, counted in bytes. */
export interface Progress {
  advanceTo(done: number): void;
  stop(): void;
}

const UNSEEN: Progress = { advanceTo: () => undefined, stop: () => undefined };

/** A bar on stderr for a step over `total` bytes; nothing at all where stderr is no terminal. */
export async function startProgress(label: string, total: number, isTerminal: boolean): Promise<Progress> {
  if (!isTerminal) return UNSEEN;
  const { default: cliProgress } = await import('cli-progress');
  const bar = new cliProgress.SingleBar({
    format: `${label} {bar} {percentage} % of ${bytes(total)}, {eta_formatted} left`,
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
  });
  bar.start(total, 0);
  return { advanceTo: (done) => bar.update(done), stop: () => bar.stop() };
}
