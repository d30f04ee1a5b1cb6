import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRedisServer } from './redis-binary.js';
import { freePorts } from './s3-ports.js';

/** Where the Redis of a folder says which process it is: whoever clears the folder of a run ends it by that. */
const redisPidFile = (folder: string): string => join(folder, 'redis.pid');

/** A private Redis, and the outages a test can give it. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Freezes it: connections stay open and nothing answers. */
  readonly pause: () => void;
  /** Thaws it. */
  readonly resume: () => void;
  /** Kills it at once, as a crash would; connections break. */
  readonly kill: () => Promise<void>;
  /** Starts it again on the same port after `kill` or `stop`, empty unless it keeps its data. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

async function answers(port: number): Promise<boolean> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  try {
    socket.write('PING\r\n');
    const [reply]: unknown[] = await once(socket, 'data');
    return String(reply).startsWith('+PONG');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function launch(command: string, port: number, folder: string, keepsData: boolean): Promise<ChildProcess> {
  const settings = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    keepsData ? 'yes' : 'no',
    '--dir',
    folder,
    '--pidfile',
    redisPidFile(folder),
  ];
  const child = spawn(command, settings, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  for (const until = Date.now() + 60_000; Date.now() < until && !hasEnded(child); await sleep(20)) {
    if (await answers(port)) return child;
  }
  child.kill('SIGKILL');
  throw new Error(`Redis did not start on port ${port}:\n${output}`);
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (hasEnded(child)) return;
  const exit = once(child, 'exit');
  child.kill('SIGCONT'); // a frozen process would not take the other signal
  child.kill(signal);
  await exit;
}

/**
 * Starts a Redis of its own on a free port, working in `folder`. Whoever starts it stops it. With `keepsData` it writes
 * each change to that folder, as the documentation asks of one in production.
 */
export async function startRedis(folder: string, { keepsData = false } = {}): Promise<RedisServer> {
  await mkdir(folder, { recursive: true });
  const command = await findRedisServer();
  const [port = 0] = await freePorts(1);
  let child = await launch(command, port, folder, keepsData);
  process.once('exit', () => child.kill('SIGKILL'));
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill: () => end(child, 'SIGKILL'),
    stop: () => end(child, 'SIGTERM'),
    async restart() {
      await end(child, 'SIGKILL');
      child = await launch(command, port, folder, keepsData);
    },
  };
}
