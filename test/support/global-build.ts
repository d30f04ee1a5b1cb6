import { execFile } from 'node:child_process';
import { readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkout } from './run-folder.js';
import { inTurn } from './turn.js';

const run = promisify(execFile);
const inputs = [
  'src',
  'migrations',
  'scripts/build.mjs',
  'scripts/bundle.mjs',
  'scripts/start.cjs',
  'package.json',
  'tsconfig.json',
  '.swcrc',
];
/** Bears the time at which the last build that succeeded began; a build empties the folder, so a failed one has none. */
const stamp = join(checkout, 'dist', '.built');

const changedAt = async (path: string): Promise<number> => (await stat(path)).mtimeMs;

/** When anything that goes into a build last changed; folders count too, for files that were removed. */
async function inputsChangedAt(): Promise<number> {
  let newest = 0;
  for (const input of inputs) {
    const path = join(checkout, input);
    newest = Math.max(newest, await changedAt(path));
    if (!(await stat(path)).isDirectory()) continue;
    for (const entry of await readdir(path, { recursive: true })) {
      newest = Math.max(newest, await changedAt(join(path, entry)));
    }
  }
  return newest;
}

async function build(): Promise<void> {
  try {
    await run('npm', ['run', '-s', 'build'], { cwd: checkout });
  } catch (error) {
    // The compiler says what is wrong on stdout, which the error's own message leaves out.
    const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
    throw new Error(`The product does not build:\n${output}`, { cause: error });
  }
}

/** Builds the product where it is older than its sources, so that end-to-end tests run what is written. */
export default async function setup(): Promise<void> {
  // Runs of several people in one checkout must not build at the same time.
  await inTurn(join(checkout, '.test', 'build'), async () => {
    const built = await changedAt(stamp).catch(() => 0);
    if (built > (await inputsChangedAt())) return;
    const began = new Date();
    await build();
    await writeFile(stamp, '');
    await utimes(stamp, began, began);
  });
}
