import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning } from '../../src/platform/files/process-facts.js';

/** The embedded database of a data folder, for tests that look into it beside `lastgood up`. */
export async function embeddedUrl(dataDir: string): Promise<string> {
  const read = async (name: string) => (await readFile(join(dataDir, 'postgres', name), 'utf8')).trim();
  return `postgresql://lastgood:${await read('password')}@127.0.0.1:${await read('port')}/lastgood`;
}

/** The process number of the PostgreSQL that runs on a data folder; undefined where none does. */
export async function embeddedPid(dataDir: string): Promise<number | undefined> {
  const file = join(dataDir, 'postgres', 'data', 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  return pid > 0 && (await isRunning(pid)) ? pid : undefined;
}
