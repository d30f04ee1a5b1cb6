import { delimiter, join, resolve } from 'node:path';
import { exists, fetchOnce, unpackDebianPackages } from './debian-package.js';

const PACKAGE = 'docker-registry';
const PROGRAMS = ['docker-registry', 'registry'];

/**
 * The program of an OCI registry (the distribution project's): the one on the PATH, else that of the distribution's
 * package, unpacked below `.test/`. Nothing is installed on the machine, so it needs no root and starts no service.
 */
export async function registryProgram(checkout: string): Promise<string> {
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((at) => PROGRAMS.map((name) => join(at, name)));
  for (const path of onPath) if (await exists(path)) return path;
  const folder = resolve(checkout, '.test/cache/oci');
  await fetchOnce(folder, () => unpackPackage(folder));
  return join(folder, 'usr/bin/docker-registry');
}

async function unpackPackage(folder: string): Promise<void> {
  console.log('No OCI registry on this machine: unpacking docker-registry into .test/ (5 MB, once)');
  try {
    await unpackDebianPackages([PACKAGE], folder);
  } catch (error) {
    throw new Error(
      `The tests need an OCI registry and could not get one. Install it (on Debian or Ubuntu: apt-get install ` +
        `${PACKAGE}; elsewhere the distribution project's \`registry\` on the PATH). ` +
        `What failed: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}
