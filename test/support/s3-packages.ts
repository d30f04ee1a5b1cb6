import { readdir } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { exists, fetchOnce, unpackDebianPackages } from './debian-package.js';

const PACKAGES = ['radosgw', 'ceph-mon', 'ceph-osd'];
const PROGRAMS = ['radosgw', 'radosgw-admin', 'ceph-mon', 'ceph-osd', 'ceph-authtool', 'monmaptool', 'osdmaptool'];

/** How to run Ceph's programs: what to add to the environment, and where their plug-ins lie (null: where they look). */
export interface CephPrograms {
  readonly env: NodeJS.ProcessEnv;
  readonly plugins: string | null;
}

/**
 * Ceph's programs: those on the PATH, else those of the distribution's packages, unpacked below `.test/`. Nothing is
 * installed on the machine, so it needs no root, starts no service, and leaves nothing behind outside the checkout.
 */
export async function cephPrograms(checkout: string): Promise<CephPrograms> {
  if (await onPath()) return { env: process.env, plugins: null };
  const folder = resolve(checkout, '.test/cache/ceph');
  await fetchOnce(folder, () => unpackPackages(folder));
  const libraries = await libraryFolder(folder);
  const inside = [libraries, join(libraries, 'ceph'), libraries.replace('/usr/lib/', '/lib/')];
  const env = {
    ...process.env,
    PATH: [join(folder, 'usr/bin'), process.env.PATH].join(delimiter),
    LD_LIBRARY_PATH: [...inside, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter),
  };
  return { env, plugins: libraries };
}

async function onPath(): Promise<boolean> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = await Promise.all(
    PROGRAMS.map(async (name) => (await Promise.all(folders.map((at) => exists(join(at, name))))).includes(true)),
  );
  return !found.includes(false);
}

async function unpackPackages(folder: string): Promise<void> {
  console.log('No S3 server on this machine: unpacking Ceph packages into .test/ (70 MB, once)');
  try {
    await unpackDebianPackages(PACKAGES, folder, { withDependencies: true, patienceMs: 300_000 });
  } catch (error) {
    throw new Error(unavailable(error), { cause: error });
  }
}

function unavailable(error: unknown): string {
  return [
    'The tests need an S3 server and could not get one.',
    `Install Ceph's (on Debian or Ubuntu: apt-get install --no-install-recommends ${PACKAGES.join(' ')}),`,
    'or point S3_TEST_ENDPOINT, S3_TEST_ACCESS_KEY_ID, S3_TEST_SECRET_ACCESS_KEY, S3_TEST_OTHER_ACCESS_KEY_ID and',
    'S3_TEST_OTHER_SECRET_ACCESS_KEY at one, with the keys of two accounts that cannot read each other.',
    `What failed: ${error instanceof Error ? error.message : String(error)}`,
  ].join('\n');
}

async function libraryFolder(folder: string): Promise<string> {
  for (const triplet of await readdir(join(folder, 'usr/lib'))) {
    const candidate = join(folder, 'usr/lib', triplet);
    if (await exists(join(candidate, 'ceph/libceph-common.so.2'))) return candidate;
  }
  throw new Error(`${folder} holds no Ceph libraries: remove it and run again`);
}
