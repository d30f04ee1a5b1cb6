import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cephConfig } from './s3-ceph-config.js';
import { onInterrupt } from './s3-on-interrupt.js';
import { cephPrograms } from './s3-packages.js';
import { freePorts } from './s3-ports.js';
import { makeRunFolder, notePid } from './s3-run-folder.js';

const run = promisify(execFile);
const READY_WITHIN_MS = 120_000;

/** One account's keys, in the form that S3 clients take. */
export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A running S3 server. The two accounts cannot see each other's buckets; there are no buckets yet. */
export interface S3Server {
  readonly endpoint: string;
  readonly keys: S3Keys;
  readonly otherKeys: S3Keys;
  /** Asks the gateway's own administration. */
  admin(...args: string[]): Promise<void>;
  /** An outage: the port refuses connections; what was stored stays. */
  stop(): Promise<void>;
  /** Ends the outage, on the same port. */
  start(): Promise<void>;
  /** Ends the server for good and removes all that it stored. */
  close(): Promise<void>;
}

/** Starts an S3 server of its own (Ceph's object gateway, in memory, on free ports of 127.0.0.1). Takes about a second. */
export async function startS3Server(checkout = process.cwd()): Promise<S3Server> {
  const programs = await cephPrograms(checkout);
  const folder = await makeRunFolder(checkout);
  const daemons = new Map<string, ChildProcess>();
  const forget = onInterrupt(() => {
    for (const child of daemons.values()) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const close = async (): Promise<void> => {
    forget();
    for (const name of ['radosgw', 'ceph-osd', 'ceph-mon']) await end(daemons.get(name));
    await rm(folder, { recursive: true, force: true });
  };
  const tool = async (name: string, ...args: string[]): Promise<void> => {
    await run(name, args, { cwd: folder, env: programs.env });
  };
  const daemon = async (name: string, ...args: string[]): Promise<void> => {
    daemons.set(name, await startDaemon(folder, programs.env, name, args));
  };
  const [monitorPort = 0, gatewayPort = 0] = await freePorts(2);
  const endpoint = `http://127.0.0.1:${gatewayPort}`;
  const startGateway = async (): Promise<void> => {
    await daemon('radosgw', '-n', 'client.rgw');
    await answering(endpoint, daemons, folder);
  };
  try {
    const cluster = randomUUID();
    await writeFile(
      join(folder, 'ceph.conf'),
      cephConfig({ cluster, monitorPort, gatewayPort, plugins: programs.plugins }),
    );
    if (programs.plugins !== null) await symlink(programs.plugins, join(folder, 'plugins'));
    await mkdir(join(folder, 'mon'));
    await mkdir(join(folder, 'osd'));
    await prepareCluster(tool, cluster, monitorPort);
    await daemon('ceph-mon', '-i', 'a');
    await daemon('ceph-osd', '-i', '0');
    await startGateway();
    const admin = (...args: string[]): Promise<void> =>
      tool('radosgw-admin', '-c', 'ceph.conf', '-n', 'client.rgw', ...args);
    const keys = await makeAccount(tool, 'main');
    const otherKeys = await makeAccount(tool, 'other');
    return { endpoint, keys, otherKeys, admin, stop: () => end(daemons.get('radosgw')), start: startGateway, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Tool = (name: string, ...args: string[]) => Promise<void>;

// The storage daemon's place in the cluster is written before anything runs, so no step has to wait for another.
async function prepareCluster(tool: Tool, cluster: string, monitorPort: number): Promise<void> {
  const key = (name: string, ...caps: string[]): Promise<void> =>
    tool('ceph-authtool', 'keyring', '--gen-key', '-n', name, ...caps.flatMap((cap) => ['--cap', ...cap.split('=')]));
  await tool('ceph-authtool', '-C', 'keyring', '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *');
  await key('client.admin', 'mon=allow *', 'osd=allow *', 'mgr=allow *');
  await key('osd.0', 'mon=allow profile osd', 'osd=allow *');
  await key('client.rgw', 'mon=allow rwx', 'osd=allow rwx');
  const monitor = `[v2:127.0.0.1:${monitorPort}/0]`;
  await tool('monmaptool', '-c', 'ceph.conf', '--create', '--fsid', cluster, '--addv', 'a', monitor, 'monmap');
  await tool('osdmaptool', '-c', 'ceph.conf', '--createsimple', '1', '--with-default-pool', 'osdmap');
  const maps = ['--monmap', 'monmap', '--osdmap', 'osdmap', '--keyring', 'keyring'];
  await tool('ceph-mon', '-c', 'ceph.conf', '--mkfs', '-i', 'a', ...maps);
  await tool('ceph-osd', '--no-mon-config', '-c', 'ceph.conf', '-i', '0', '--mkfs', '--osd-uuid', randomUUID());
}

async function makeAccount(tool: Tool, name: string): Promise<S3Keys> {
  const keys = { accessKeyId: randomBytes(10).toString('hex'), secretAccessKey: randomBytes(20).toString('hex') };
  const account = [`--uid=${name}`, `--display-name=${name}`];
  const given = [`--access-key=${keys.accessKeyId}`, `--secret-key=${keys.secretAccessKey}`];
  await tool('radosgw-admin', '-c', 'ceph.conf', '-n', 'client.rgw', 'user', 'create', ...account, ...given);
  return keys;
}

// PR_SET_PDEATHSIG (prctl(2)): the kernel ends the server when this process dies, even by SIGKILL.
async function startDaemon(
  folder: string,
  env: NodeJS.ProcessEnv,
  name: string,
  args: string[],
): Promise<ChildProcess> {
  const command = ['--pdeathsig', 'KILL', name, '-c', 'ceph.conf', '-f', ...args];
  const child = spawn('setpriv', command, { cwd: folder, env, stdio: 'ignore' });
  await once(child, 'spawn');
  await notePid(folder, name, child.pid ?? 0);
  return child;
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  // All it holds is thrown away next, so there is nothing to end in order.
  child.kill('SIGKILL');
  await ended;
}

async function answering(endpoint: string, daemons: Map<string, ChildProcess>, folder: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    const answered = await fetch(endpoint).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    const dead = [...daemons].find(([, child]) => child.exitCode !== null || child.signalCode !== null);
    if (dead) throw new Error(`${dead[0]} ended while the S3 server started:\n${await tail(folder)}`);
    await wait(25);
  }
  throw new Error(`the S3 server did not answer within ${READY_WITHIN_MS / 1000} s:\n${await tail(folder)}`);
}

async function tail(folder: string): Promise<string> {
  const logs = ['mon.a.log', 'osd.0.log', 'client.rgw.log'].map(async (name) => {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    return `${name}: ${text.split('\n').slice(-8).join('\n')}`;
  });
  return (await Promise.all(logs)).join('\n');
}
