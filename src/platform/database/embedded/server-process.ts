import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endServer } from './end-server.js';
import { EmbeddedPostgresError } from './errors.js';
import { readPostmasterFile } from './postmaster-file.js';
import type { RunAs } from './run-as.js';
import { spawnAs } from './run-as.js';
import type { ServerLog } from './server-log.js';
import type { ServerOptions } from './server-settings.js';
import { serverArguments } from './server-settings.js';

/** Recovery after a crash reads the log since the last checkpoint: seconds, and minutes on a slow disk. */
const startLimitMs = 10 * 60_000;

/** A running `postgres` that is our child. */
export interface ServerProcess {
  readonly pid: number;
  /** Resolves with how it ended, whenever and however it does. */
  readonly ended: Promise<string>;
  isRunning(): boolean;
  stop(): Promise<void>;
}

async function waitUntilReady(server: ServerProcess, cluster: string): Promise<boolean> {
  for (const until = Date.now() + startLimitMs; server.isRunning(); await sleep(10)) {
    const file = await readPostmasterFile(cluster);
    if (file?.pid === server.pid && file.status === 'ready') return true;
    if (Date.now() > until) {
      await server.stop();
      throw new EmbeddedPostgresError(`PostgreSQL did not become ready within ${startLimitMs / 1000} seconds.`);
    }
  }
  return false;
}

/**
 * Starts `postgres` and waits until it takes connections. Undefined where it ended instead; its log says why.
 *
 * @throws EmbeddedPostgresError where it cannot be run, or neither starts nor fails within ten minutes.
 */
export async function startServer(
  bin: string,
  who: RunAs,
  options: ServerOptions,
  log: ServerLog,
): Promise<ServerProcess | undefined> {
  const child = spawnAs(who, join(bin, 'postgres'), serverArguments(options), {
    stdio: ['ignore', log.fd, log.fd],
    // A session of its own: Ctrl-C in a terminal goes to us alone, and we need the database until we have drained.
    detached: true,
  });
  const ended = once(child, 'exit').then(
    () => (child.signalCode ? `was ended by ${child.signalCode}` : `ended with exit code ${child.exitCode}`),
    (error: unknown) => `could not be started: ${String(error)}`,
  );
  const { pid } = child;
  if (pid === undefined) throw new EmbeddedPostgresError(`PostgreSQL ${await ended}`);
  // If this process ends without stopping the server, the server at least begins to stop by itself.
  const endWithUs = () => child.kill('SIGINT');
  process.once('exit', endWithUs);
  void ended.then(() => process.removeListener('exit', endWithUs));
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const stop = async (): Promise<void> => {
    if (isRunning()) await endServer(pid);
    await ended;
  };
  const server: ServerProcess = { pid, ended, isRunning, stop };
  return (await waitUntilReady(server, options.cluster)) ? server : undefined;
}
