import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

// A folder is named `<process>-<its start>-<random>`: a process number alone is used again by another process.
const NAME = /^(\d+)-(\d+)-[0-9a-f]+$/;

/** Makes a fresh folder for this run below `.test/s3`, after removing those of runs that were killed. */
export async function makeRunFolder(checkout: string): Promise<string> {
  const parent = resolve(checkout, '.test/s3');
  await mkdir(parent, { recursive: true });
  await removeLeftovers(parent);
  const started = (await startTime(process.pid)) ?? '0';
  const folder = join(parent, `${process.pid}-${started}-${randomBytes(4).toString('hex')}`);
  await mkdir(folder);
  return folder;
}

/** Notes a server's process in the folder, so that a later run can end it if this one is killed. */
export async function notePid(folder: string, name: string, pid: number): Promise<void> {
  await writeFile(join(folder, `${name}.pid`), `${pid} ${(await startTime(pid)) ?? '0'}`);
}

/** Removes the folders of runs that are no more, and ends the servers that they left running. */
export async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, pid = '', started = ''] = NAME.exec(name) ?? [];
    if (pid === '' || (await startTime(Number(pid))) === started) continue;
    await endServers(join(parent, name));
    // Another run may be removing it too; whatever is left, the next one removes.
    await rm(join(parent, name), { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
}

async function endServers(folder: string): Promise<void> {
  for (const file of await readdir(folder).catch(() => [])) {
    if (!file.endsWith('.pid')) continue;
    const noted = await readFile(join(folder, file), 'utf8').catch(() => '');
    const [pid = '', started = ''] = noted.split(' ');
    if (started === '' || (await startTime(Number(pid))) !== started) continue;
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended by itself, or another run has ended it.
    }
  }
}

// Field 22 of /proc/<pid>/stat (proc(5)), in clock ticks since boot; the second field may hold spaces. Null: no such process.
async function startTime(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
