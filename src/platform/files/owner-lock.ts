import { randomUUID } from 'node:crypto';
import { link, readFile, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning, startMark } from './process-facts.js';
import { ignoring, systemCode } from './system-code.js';

// The lock is a file `owner-N` that names a process. The owner is the process in the file with the highest number. A file
// is never taken over: whoever finds the owner gone makes the next number, which only one can, so two processes that
// find the same dead owner at the same moment cannot both win. A killed owner leaves nothing to clean up by hand.
const pattern = /^owner-(\d+)$/;

interface Owner {
  readonly pid: number;
  readonly started: string;
}

// What an empty file says: writing that takes no room.
const nobody = 0;
const FULL = ['ENOSPC', 'EDQUOT'];

async function generations(folder: string): Promise<number[]> {
  const numbers = (await readdir(folder)).map((name) => Number(pattern.exec(name)?.[1] ?? 0));
  return numbers.filter((number) => number > 0).toSorted((a, b) => b - a);
}

async function readOwner(file: string): Promise<Owner | undefined> {
  const linked = await readlink(file).catch(ignoring('EINVAL', 'ENOENT'));
  const text = linked ?? (await readFile(file, 'utf8').catch(ignoring('ENOENT')));
  if (text === undefined) return undefined;
  const [pid = '0', started = ''] = text.split('\n');
  return { pid: Number(pid), started };
}

/** Where the system cannot tell when a process started, a process of that number is taken for the owner. */
async function isLive({ pid, started }: Owner): Promise<boolean> {
  if (pid === nobody) return false;
  return started === '' ? isRunning(pid) : (await startMark(pid)) === started;
}

async function writeNew(folder: string, text: string): Promise<string> {
  const file = join(folder, `new-claim-${randomUUID()}`);
  try {
    await writeFile(file, text, { mode: 0o644 });
    return file;
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

/** Makes a file with this text, whole and at once. Throws EEXIST where there is one. */
async function makeOnce(folder: string, file: string, text: string): Promise<void> {
  try {
    const written = await writeNew(folder, text);
    try {
      await link(written, file);
    } finally {
      await rm(written, { force: true });
    }
  } catch (error) {
    if (!FULL.includes(systemCode(error) ?? '')) throw error;
    // A disk that has no free block still takes a symbolic link: its text lies where its name does.
    await symlink(text, file);
  }
}

/** Claims generation `number` whole and at once. False where somebody else was first. */
async function claim(folder: string, number: number): Promise<boolean> {
  const started = (await startMark(process.pid)) ?? '';
  const file = join(folder, `owner-${number}`);
  try {
    await makeOnce(folder, file, `${process.pid}\n${started}`);
  } catch (error) {
    ignoring('EEXIST', 'ENOENT')(error);
    return false;
  }
  // Somebody may have gone past us since we looked for the highest number; then ours means nothing.
  if ((await generations(folder))[0] === number) return true;
  await rm(file, { force: true });
  return false;
}

/** A living process owns the folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';

  constructor(
    readonly pid: number,
    readonly folder: string,
  ) {
    super(`Another Lastgood (process ${pid}) is running on this folder: ${folder}. Stop it first.`);
  }
}

/** A held lock. */
export interface OwnerLock {
  /** Gives the folder free. Leaves the file, so that numbers never repeat. */
  readonly release: () => Promise<void>;
}

/**
 * Makes this process the only owner of a folder until it releases it or ends, however it ends. Both owners must see the
 * same process numbers: two containers that share a folder are not told apart.
 *
 * @throws FolderInUse where a living process owns it.
 */
export async function takeOwnership(folder: string): Promise<OwnerLock> {
  for (;;) {
    const [highest = 0] = await generations(folder);
    const owner = highest > 0 ? await readOwner(join(folder, `owner-${highest}`)) : { pid: nobody, started: '' };
    if (owner === undefined) continue;
    if (await isLive(owner)) throw new FolderInUse(owner.pid, folder);
    const number = highest + 1;
    if (!(await claim(folder, number))) continue;
    for (const older of (await generations(folder)).filter((one) => one < number)) {
      await rm(join(folder, `owner-${older}`), { force: true });
    }
    return {
      release: async () => rename(await writeNew(folder, ''), join(folder, `owner-${number}`)),
    };
  }
}
