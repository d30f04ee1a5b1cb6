import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'vite';
import { checkout } from '../run-folder.js';

/** A program of a test's own, made into one file, so that it can be run as a process and killed. */
export interface BuiltProgram {
  start(args: readonly string[], options?: { under?: readonly string[] }): ChildProcess;
  remove(): Promise<void>;
}

/** Builds `test/support/agent/<name>.ts` with all that it imports. */
export async function builtProgram(name: string): Promise<BuiltProgram> {
  await mkdir(join(checkout, '.test'), { recursive: true });
  const folder = await mkdtemp(join(checkout, '.test', `${basename(name)}-`));
  const entry = join(checkout, 'test/support/agent', `${name}.ts`);
  const output = { ssr: entry, outDir: folder, target: 'node20', emptyOutDir: true };
  await build({ configFile: false, root: checkout, logLevel: 'error', build: output });
  return {
    start: (args, { under = [] } = {}) => {
      const [command = process.execPath, ...rest] = [...under, process.execPath, join(folder, `${name}.js`), ...args];
      return spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
