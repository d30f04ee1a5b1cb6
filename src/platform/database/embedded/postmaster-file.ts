import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoring } from '../../files/system-code.js';

/** What a running server says of itself in its data folder. */
export interface PostmasterFile {
  readonly pid: number;
  /** `starting`, `stopping`, `ready` or `standby`; empty while it is being written. */
  readonly status: string;
}

const postmasterPath = (cluster: string): string => join(cluster, 'postmaster.pid');

/**
 * Reads `postmaster.pid`; undefined where there is none or it is not yet written. Lines as in PostgreSQL's
 * src/include/utils/pidfile.h: 1 process, 2 folder, 3 start, 4 port, 5 socket folder, 6 address, 7 memory, 8 status.
 */
export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(postmasterPath(cluster), 'utf8').catch(ignoring('ENOENT'));
  const lines = text?.split('\n') ?? [];
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 1 ? { pid, status: lines[7]?.trim() ?? '' } : undefined;
}

/** Above what Linux and macOS give out, so no process has it. */
const noProcess = 4_194_305;

/**
 * Makes `postmaster.pid` name no process, where the one it names is dead or something else by now. PostgreSQL asks only
 * whether a process of that number exists, which a dead one that nobody collected still does, and would refuse to start.
 * The rest of the file stays: by it PostgreSQL sees whether a process of the dead server still holds its memory.
 */
export async function disownPostmasterFile(cluster: string): Promise<void> {
  const file = postmasterPath(cluster);
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/^\d+/, String(noProcess))); // in place, so that it keeps its owner
}
