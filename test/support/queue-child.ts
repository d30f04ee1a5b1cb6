import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { QueueOptions } from '../../src/platform/queue/queue-options.js';
import { until } from './queue-until.js';

/** A process of its own, to be killed in the middle of something. */
export interface QueueChild {
  /** Waits until the process has printed this. */
  says(text: string): Promise<void>;
  /** Ends it at once, without a chance to tidy up, and waits until it is gone. */
  kill(): Promise<void>;
}

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Starts a script of this folder, compiled for it, with the queue's options as its one argument. */
export const spawnQueueChild = async (script: string, options: QueueOptions): Promise<QueueChild> => {
  // Inside the checkout, where Node finds the packages that stay outside the bundle.
  const outDir = await mkdtemp(join(root, 'node_modules', '.queue-child-'));
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: { ssr: join(here, `${script}.ts`), outDir, target: 'node20', emptyOutDir: true },
  });
  const { log: _log, ...plain } = options;
  const child = spawn(process.execPath, [join(outDir, `${script}.js`), JSON.stringify(plain)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: root,
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
      await rm(outDir, { recursive: true, force: true });
    },
  };
};
