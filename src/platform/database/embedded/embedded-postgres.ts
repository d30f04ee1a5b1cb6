import { Client } from 'pg';
import { findBinaryPackage } from './binary-package.js';
import { usableBinaries } from './binaries.js';
import { clusterOwner, ensureCluster, superuser, writeWhole } from './cluster.js';
import { chooseRunAs, requireUser } from './choose-run-as.js';
import type { DataFolder } from './data-folder.js';
import { asUnusable, openDataFolder } from './data-folder.js';
import { launchServer } from './launch-server.js';
import type { EmbeddedPostgresOptions } from './options.js';
import { takeOwnership } from '../../files/owner-lock.js';
import { waysToRun } from './run-as.js';

/** A running embedded server. */
export interface EmbeddedPostgres {
  /** For the superuser of the database `lastgood`. Holds the password. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends the server cleanly and frees the data folder. May be called twice, and after the server has ended. */
  readonly stop: () => Promise<void>;
}

const database = 'lastgood';
/** Where only root can use the binaries' own place and the data folder too, root has a cache. */
const systemCache = '/var/cache/lastgood/postgres';

const urlOf = (port: number, password: string, name: string): string =>
  `postgresql://${superuser}:${password}@127.0.0.1:${port}/${name}`;

async function ensureDatabase(port: number, password: string): Promise<void> {
  const client = new Client({ connectionString: urlOf(port, password, 'postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${database}`);
  } finally {
    await client.end();
  }
}

async function startOwned(options: EmbeddedPostgresOptions, folder: DataFolder): Promise<EmbeddedPostgres> {
  const { log, durable = true, onExit } = options;
  const ways = waysToRun(await clusterOwner(folder));
  const [plain = { kind: 'self' }] = ways;
  await requireUser(plain);
  const { native, version } = await findBinaryPackage();
  const shared = plain.kind === 'other' ? [`${systemCache}/${version}`] : [];
  const bin = await usableBinaries(native, [`${folder.binaries}/${version}`, ...shared], plain);
  const who = await chooseRunAs(ways, folder);
  const password = await ensureCluster(folder, bin, who, durable);
  const { server, port } = await launchServer(options, folder, bin, who);
  try {
    await ensureDatabase(port, password);
    await writeWhole(folder.port, `${port}\n`, 0o644);
  } catch (error) {
    await server.stop();
    throw error;
  }
  let stopping = false;
  const watch = async (): Promise<void> => {
    const reason = `PostgreSQL ${await server.ended}; its log is ${folder.log}`;
    if (stopping) return;
    log.error(reason);
    onExit?.(reason);
  };
  void watch();
  log.info(`PostgreSQL runs on 127.0.0.1:${port} (process ${server.pid}), data in ${folder.cluster}`);
  const stop = (): Promise<void> => {
    stopping = true;
    return server.stop();
  };
  return { url: urlOf(port, password, database), port, pid: server.pid, stop };
}

async function startLocked(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = await openDataFolder(options.dataDir);
  const lock = await takeOwnership(folder.root);
  try {
    const running = await startOwned(options, folder);
    let stopped: Promise<void> | undefined;
    const stopAndRelease = async (): Promise<void> => {
      try {
        await running.stop();
      } finally {
        await lock.release();
      }
    };
    return { ...running, stop: () => (stopped ??= stopAndRelease()) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * Runs PostgreSQL on a folder, as a child of this process: creates it at the first start, recovers it after a crash.
 *
 * @throws EmbeddedPostgresError where it cannot run here, or another process is running on the folder.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  try {
    return await startLocked(options);
  } catch (error) {
    throw asUnusable(options.dataDir, error);
  }
}
