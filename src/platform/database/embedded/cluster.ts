import { randomBytes, randomUUID } from 'node:crypto';
import { chown, lstat, mkdir, open, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DataFolder } from './data-folder.js';
import { ignoring } from '../../files/system-code.js';
import { EmbeddedPostgresError } from './errors.js';
import type { RunAs } from './run-as.js';
import { nobody, runAs } from './run-as.js';

/** The superuser of the embedded server, and the only user it has. */
export const superuser = 'lastgood';

/** Writes a small file whole: after a crash it holds the old text or the new one. */
export async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  const unfinished = `${file}.${randomUUID()}`;
  const handle = await open(unfinished, 'wx', mode);
  await handle.writeFile(text);
  await handle.sync();
  await handle.close();
  await rename(unfinished, file);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  await handle.sync();
  await handle.close();
}

/** The user whose files the cluster has, or will have: ours, or as root one that PostgreSQL agrees to run as. */
export async function clusterOwner({ cluster }: DataFolder): Promise<{ uid: number; gid: number }> {
  const found = await lstat(cluster).catch(ignoring('ENOENT'));
  const self = process.getuid?.();
  if (found && self !== 0 && self !== found.uid) {
    throw new EmbeddedPostgresError(
      `The data in ${cluster} belongs to user ${found.uid}, and this is user ${self}: ` +
        `run as that user or as root, or choose another folder with --data.`,
    );
  }
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : nobody;
}

/** Reads the superuser's password, or makes one for a cluster that is still to be created. */
async function ensurePassword(folder: DataFolder, exists: boolean): Promise<string> {
  const known = await readFile(folder.password, 'utf8').catch(ignoring('ENOENT'));
  if (known !== undefined && known.trim() !== '') return known.trim();
  if (exists) {
    throw new EmbeddedPostgresError(
      `The password file ${folder.password} is missing, and without it the data cannot be opened: put it back.`,
    );
  }
  const password = randomBytes(24).toString('base64url');
  await writeWhole(folder.password, `${password}\n`, 0o600);
  return password;
}

async function initdb(bin: string, who: RunAs, place: string, password: string, durable: boolean): Promise<void> {
  const passwordFile = join(place, 'password');
  await mkdir(place, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (who.kind === 'other') for (const path of [passwordFile, place]) await chown(path, who.uid, who.gid);
  const { code, output } = await runAs(who, join(bin, 'initdb'), [
    `--pgdata=${join(place, 'data')}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Built in, so that text sorts the same on every system and no library update can break an index.
    '--no-locale',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(durable ? [] : ['--no-sync']),
  ]);
  if (code !== 0) throw new EmbeddedPostgresError(`PostgreSQL could not create its data folder:\n${output}`);
}

/**
 * Creates the cluster where there is none, and gives the superuser's password. A cluster is made in a folder beside its
 * place and then renamed, so one that exists is a whole one; what an interrupted attempt left is removed first.
 *
 * @throws EmbeddedPostgresError where initdb fails or the password of existing data is lost.
 */
export async function ensureCluster(folder: DataFolder, bin: string, who: RunAs, durable: boolean): Promise<string> {
  for (const name of await readdir(folder.root)) {
    if (name.startsWith('new-')) await rm(join(folder.root, name), { recursive: true, force: true, maxRetries: 3 });
  }
  const exists = (await lstat(folder.cluster).catch(ignoring('ENOENT'))) !== undefined;
  const password = await ensurePassword(folder, exists);
  if (exists) return password;
  const place = join(folder.root, `new-${randomUUID()}`);
  try {
    await initdb(bin, who, place, password, durable);
    await rename(join(place, 'data'), folder.cluster);
    await syncFolder(dirname(folder.cluster));
  } finally {
    // What cannot be removed now is tried again at the next start; why initdb failed matters more.
    await rm(place, { recursive: true, force: true }).catch(() => {});
  }
  return password;
}
