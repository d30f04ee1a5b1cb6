import { readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { exists, unpackDebianPackages } from '../debian-package.js';

const LIBRARY = 'faketime/libfaketime.so.1';

/** The clock of processes that are started with `env`. Only the time of day is moved: how time passes is not. */
export interface FakeClock {
  readonly env: Readonly<Record<string, string>>;
  /** Sets it to this far from the real one, at once and also in what runs: `+6h`, `-9d`, `+0`. */
  set(offset: string): Promise<void>;
}

/** A clock whose setting lies in `folder`. Made by libfaketime, taken from the machine or from the distribution. */
export async function fakeClock(folder: string, checkout = process.cwd()): Promise<FakeClock> {
  const file = join(folder, 'clock');
  await writeFile(file, '+0\n');
  return {
    env: {
      LD_PRELOAD: await libraryIn(checkout),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      // The times of files are the kernel's, as they are where a real clock jumps.
      NO_FAKE_STAT: '1',
    },
    set: (offset) => writeFile(file, `${offset}\n`),
  };
}

async function libraryIn(checkout: string): Promise<string> {
  const unpacked = resolve(checkout, '.test/cache/libfaketime');
  const installed = await libraryBelow('/usr/lib');
  if (installed !== null) return installed;
  if (!(await exists(unpacked))) await unpack(unpacked);
  const found = await libraryBelow(join(unpacked, 'usr/lib'));
  if (found === null) throw new Error(`there is no ${LIBRARY} below ${unpacked}: remove that folder`);
  return found;
}

/** Distributions have it in a folder that is named after the machine: `x86_64-linux-gnu`. */
async function libraryBelow(folder: string): Promise<string | null> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name, LIBRARY);
    if (await exists(path)) return path;
  }
  return null;
}

async function unpack(folder: string): Promise<void> {
  console.log('No libfaketime on this machine: unpacking its package into .test/ (100 kB, once)');
  try {
    await unpackDebianPackages(['libfaketime'], folder);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The tests need libfaketime and could not get it (on Debian: apt-get install libfaketime): ${text}`,
      {
        cause: error,
      },
    );
  }
}
