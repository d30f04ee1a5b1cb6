import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { inject, onTestFinished } from 'vitest';
import { endLeftoverServer } from '../../src/platform/database/embedded/leftover-server.js';
import { takeOwnership } from '../../src/platform/files/owner-lock.js';
import { worksIn } from '../../src/platform/files/process-facts.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of this run, removed at its end. */
    runFolder: string;
  }
}

/** The checkout under test. */
export const checkout = fileURLToPath(new URL('../..', import.meta.url));
const runs = join(checkout, '.test');

/** Ends the Redis that works in a folder. Its number alone proves nothing: another process may have it by now. */
async function endRedis(folder: string): Promise<void> {
  const pid = Number(await readFile(join(folder, 'redis.pid'), 'utf8').catch(() => ''));
  if (pid > 1 && (await worksIn(pid, folder))) process.kill(pid, 'SIGKILL');
}

/** Ends every server that still runs below `top`, because a test failed or killed its parent, then removes `top`. */
async function clear(top: string): Promise<void> {
  for (const entry of await readdir(top, { recursive: true, withFileTypes: true })) {
    if (entry.name === 'postmaster.pid') await endLeftoverServer(entry.parentPath);
    if (entry.name === 'redis.pid') await endRedis(entry.parentPath);
  }
  await rm(top, { recursive: true, force: true, maxRetries: 5 });
}

/** Clears what earlier runs left that were killed before they could. Runs that are alive hold their folder. */
async function clearDeadRuns(): Promise<void> {
  for (const name of (await readdir(runs)).filter((one) => one.startsWith('run-'))) {
    const folder = join(runs, name);
    const age = Date.now() - ((await stat(folder).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age < 30_000) continue; // it may be about to be owned
    const lock = await takeOwnership(folder).catch(() => undefined);
    // What does not go now, because a server of that run is still ending, goes with the next run.
    if (lock) await clear(folder).catch(() => undefined);
  }
}

/** A new folder for this run, owned by this process, and how to remove it. */
export async function openRunFolder(): Promise<{ value: string; stop: () => Promise<void> }> {
  await mkdir(runs, { recursive: true });
  await clearDeadRuns();
  const folder = join(runs, `run-${randomUUID().slice(0, 8)}`);
  await mkdir(folder);
  await takeOwnership(folder);
  return { value: folder, stop: () => clear(folder) };
}

/** A new empty folder for one test, below the folder of the run, that other users may enter as they may any other. */
export async function testFolder(name: string): Promise<string> {
  const prefix = join(inject('runFolder'), name);
  await mkdir(dirname(prefix), { recursive: true });
  const folder = await mkdtemp(join(dirname(prefix), `${basename(prefix)}-`));
  await chmod(folder, 0o755);
  return folder;
}

/**
 * A new empty folder for one test that every user can get to, also where the checkout is closed to others, and removed
 * with that test.
 */
export async function openToAllFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `lastgood-test-${name}-`));
  await chmod(folder, 0o755);
  onTestFinished(() => clear(folder));
  return folder;
}
