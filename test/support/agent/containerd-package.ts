import { delimiter, join, resolve } from 'node:path';
import { exists, fetchOnce, unpackDebianPackages } from '../debian-package.js';

const PACKAGE = 'containerd';
const PROGRAMS = ['containerd', 'ctr'];

/**
 * The folder with containerd and its client: one of the PATH, else that of the distribution's package, unpacked below
 * `.test/`. Nothing is installed on the machine.
 */
export async function containerdFolder(checkout: string): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const found = await Promise.all(PROGRAMS.map((name) => exists(join(folder, name))));
    if (found.every(Boolean)) return folder;
  }
  const folder = resolve(checkout, '.test/cache/containerd');
  await fetchOnce(folder, () => unpackPackage(folder));
  return join(folder, 'usr/bin');
}

async function unpackPackage(folder: string): Promise<void> {
  console.log('No containerd on this machine: unpacking its package into .test/ (26 MB, once)');
  try {
    await unpackDebianPackages([PACKAGE], folder);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`The tests need containerd and could not get it (on Debian: apt-get install containerd): ${text}`, {
      cause: error,
    });
  }
}
