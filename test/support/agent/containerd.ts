import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { onInterrupt } from '../s3-on-interrupt.js';
import { makeRunFolder, notePid } from '../s3-run-folder.js';
import { containerdFolder } from './containerd-package.js';

const run = promisify(execFile);
const READY_WITHIN_MS = 60_000;

/** A containerd of a test's own. */
export interface Containerd {
  /** The path of `ctr`. */
  readonly client: string;
  /** What comes in front of its arguments, so that it speaks to this one. */
  readonly prefix: readonly string[];
  ctr(...args: string[]): Promise<string>;
  close(): Promise<void>;
}

/**
 * Starts containerd with an empty store, all of it in a folder of its own. It unpacks layers into file systems, so it
 * needs the rights to mount, as root has them.
 */
export async function startContainerd(checkout = process.cwd()): Promise<Containerd> {
  const programs = await containerdFolder(checkout);
  const folder = await makeRunFolder(checkout);
  const socket = join(folder, 'grpc.sock');
  await writeFile(join(folder, 'config.toml'), configuration(folder, socket));
  const log = await open(join(folder, 'containerd.log'), 'a');
  // PR_SET_PDEATHSIG (prctl(2)): the kernel ends it when this process dies, even by SIGKILL.
  const command = ['--pdeathsig', 'KILL', join(programs, 'containerd'), '--config', join(folder, 'config.toml')];
  const child = spawn('setpriv', command, { cwd: folder, stdio: ['ignore', log.fd, log.fd] });
  const ended = once(child, 'exit');
  await log.close();
  await notePid(folder, 'containerd', child.pid ?? 0);
  const forget = onInterrupt(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const client = join(programs, 'ctr');
  const prefix = ['--address', socket];
  const ctr = async (...args: string[]): Promise<string> => (await run(client, [...prefix, ...args])).stdout;
  const close = async (): Promise<void> => {
    forget();
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  for (
    const deadline = Date.now() + READY_WITHIN_MS;
    Date.now() < deadline && child.exitCode === null;
    await wait(20)
  ) {
    const isReady = await ctr('version').then(
      () => true,
      () => false,
    );
    if (isReady) return { client, prefix, ctr, close };
  }
  const said = await readFile(join(folder, 'containerd.log'), 'utf8');
  await close();
  throw new Error(`containerd did not start (it needs root):\n${said.slice(-2000)}`);
}

// Without the part for Kubernetes, which wants a network for its pods.
function configuration(folder: string, socket: string): string {
  return [
    'version = 2',
    `root = "${join(folder, 'root')}"`,
    `state = "${join(folder, 'state')}"`,
    'disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]',
    '[grpc]',
    `address = "${socket}"`,
    '[ttrpc]',
    `address = "${join(folder, 'ttrpc.sock')}"`,
  ].join('\n');
}
