import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { QueueOptions } from '../../src/platform/queue/queue-options.js';
import { compiledProgram } from './compiled-program.js';
import { until } from './queue-until.js';
import { checkout } from './run-folder.js';

/** A process of its own, to be killed in the middle of something. */
export interface QueueChild {
  /** Waits until the process has printed this. */
  says(text: string): Promise<void>;
  /** Ends it at once, without a chance to tidy up, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a script of this folder, compiled for it, with the queue's options as its one argument. */
export const spawnQueueChild = async (script: string, options: QueueOptions): Promise<QueueChild> => {
  const { log: _log, ...plain } = options;
  const child = spawn(process.execPath, [await compiledProgram(script), JSON.stringify(plain)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: checkout,
  });
  // A test that fails before it kills the child must not leave it behind.
  process.once('exit', () => child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const gone = once(child, 'exit');
  return {
    says: (text) => until(`the child process says "${text}"`, () => output.includes(text)),
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
};
