import { access, chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { inject } from 'vitest';
import { checkout } from './run-folder.js';

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * The path of a script of this folder, compiled for Node, for a test that needs a process of its own to kill. Compiled
 * once a run, inside the checkout, where Node finds its packages. Test files run side by side, so it is compiled
 * elsewhere and put in its place whole: whoever comes second throws its own away.
 */
export async function compiledProgram(script: string): Promise<string> {
  const place = join(inject('runFolder'), `program-${script}`);
  const file = join(place, `${script}.mjs`);
  if (await exists(file)) return file;
  const outDir = await mkdtemp(`${place}-`);
  await chmod(outDir, 0o755); // some of its processes run as another user
  await build({
    configFile: false,
    root: checkout,
    logLevel: 'error',
    build: {
      ssr: join(checkout, 'test', 'support', `${script}.ts`),
      outDir,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: '[name].mjs' } },
    },
  });
  await rename(outDir, place).catch(async (error: unknown) => {
    if (!(await exists(file))) throw error;
    await rm(outDir, { recursive: true, force: true });
  });
  return file;
}
