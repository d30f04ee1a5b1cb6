import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const works = async (command: string): Promise<boolean> =>
  run(command, ['--version']).then(
    () => true,
    () => false,
  );

/** Debian asks this file before it starts the service of a package it installs; 101 means no. */
const servicePolicy = '/usr/sbin/policy-rc.d';

async function withoutStartingServices(work: () => Promise<void>): Promise<void> {
  const ours = await writeFile(servicePolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' }).then(
    () => true,
    () => false,
  );
  try {
    await work();
  } finally {
    if (ours) await rm(servicePolicy, { force: true });
  }
}

async function installFromDebian(): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const wait = ['-o', 'DPkg::Lock::Timeout=180', '-qq'];
  await run('apt-get', [...wait, 'update'], { env });
  await run('apt-get', [...wait, 'install', '-y', '--no-install-recommends', 'redis-server'], { env });
}

/**
 * The command that starts Redis: `redis-server` on the PATH, installed first where this is Debian or Ubuntu and we are
 * root.
 *
 * @throws Error saying what to install where there is none.
 */
export async function findRedisServer(): Promise<string> {
  const command = 'redis-server';
  if (await works(command)) return command;
  let failure = '';
  if (process.getuid?.() === 0 && (await works('apt-get'))) {
    console.log('The tests need Redis, which is not installed: running apt-get install redis-server');
    await withoutStartingServices(installFromDebian).catch((error: unknown) => {
      failure = ` (apt-get install redis-server failed: ${error instanceof Error ? error.message : String(error)})`;
    });
    if (await works(command)) return command;
  }
  throw new Error(
    `The tests need Redis and found no redis-server on the PATH${failure}. Install it (Debian, Ubuntu: ` +
      `apt-get install redis-server; Fedora: dnf install redis; macOS: brew install redis), or set REDIS_URL.`,
  );
}
