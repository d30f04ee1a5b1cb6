import { Client } from 'pg';
import { findBinaryPackage } from './binary-package.js';
import { usableBinaries } from './binaries.js';
import { clusterOwner, ensureCluster, superuser, writeWhole } from './cluster.js';
import type { DataFolder } from './data-folder.js';
import { openDataFolder } from './data-folder.js';
import { EmbeddedPostgresError } from './errors.js';
import { launchServer } from './launch-server.js';
import type { EmbeddedPostgresOptions } from './options.js';
import { takeOwnership } from './owner-lock.js';
import type { RunAs } from './run-as.js';
import { waysToRun, whyUnreachable } from './run-as.js';

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

/** The first way to run PostgreSQL in which it gets to its folder, with the fewest rights. */
async function chooseRunAs(ways: readonly RunAs[], folder: DataFolder): Promise<RunAs> {
  const reasons: string[] = [];
  for (const way of ways) {
    const reason = await whyUnreachable(way, folder.root);
    if (reason === undefined) return way;
    reasons.push(reason);
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and the user it would run as cannot get into ${folder.root} ` +
      `(${reasons.join('; ')}). Choose another folder with --data, such as one in /var/lib, or run as an ordinary user.`,
  );
}

async function startOwned(options: EmbeddedPostgresOptions, folder: DataFolder): Promise<EmbeddedPostgres> {
  const { log, durable = true, onExit } = options;
  const ways = waysToRun(await clusterOwner(folder));
  const [plain = { kind: 'self' }] = ways;
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

/**
 * Runs PostgreSQL on a folder, as a child of this process: creates it at the first start, recovers it after a crash.
 *
 * @throws EmbeddedPostgresError where it cannot run here, or another process is running on the folder.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
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
