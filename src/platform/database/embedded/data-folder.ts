import { chmod, mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FolderInUse } from '../../files/owner-lock.js';
import { systemCode } from '../../files/system-code.js';
import { EmbeddedPostgresError } from './errors.js';

/** Where the embedded PostgreSQL keeps what, below the data folder. All paths are absolute and free of links. */
export interface DataFolder {
  readonly root: string;
  /** PostgreSQL's own files. */
  readonly cluster: string;
  readonly password: string;
  readonly port: string;
  readonly log: string;
  /** A copy of the binaries, where the installed ones cannot be used. */
  readonly binaries: string;
}

/**
 * Turns a failed system call on a file, or another process's ownership, into a message for whoever chose the data
 * folder; hands back other errors as they are.
 */
export function asUnusable(dataDir: string, error: unknown): unknown {
  if (error instanceof FolderInUse) {
    return new EmbeddedPostgresError(
      `Another Lastgood (process ${error.pid}) is running on this data folder: ${error.folder}. ` +
        `Stop it first, or choose another folder with --data.`,
    );
  }
  const ofFile = error instanceof Error && ('path' in error || systemCode(error) === 'ENOSPC');
  if (!ofFile || error instanceof EmbeddedPostgresError) return error;
  return new EmbeddedPostgresError(
    `The data folder ${resolve(dataDir)} cannot be used (${error.message}): choose another one with --data.`,
  );
}

/**
 * Makes the folder and names what is in it. The folder may be passed through but not listed by others, because the
 * user that PostgreSQL runs as must get to the cluster; everything inside is closed by itself.
 */
export async function openDataFolder(dataDir: string): Promise<DataFolder> {
  await mkdir(join(dataDir, 'postgres'), { recursive: true });
  const root = await realpath(join(dataDir, 'postgres'));
  await chmod(root, 0o711);
  return {
    root,
    cluster: join(root, 'data'),
    password: join(root, 'password'),
    port: join(root, 'port'),
    log: join(root, 'postgres.log'),
    binaries: join(root, 'binaries'),
  };
}
