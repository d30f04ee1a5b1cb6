import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { checkout, testFolder } from '../../support/run-folder.js';

const run = promisify(execFile);
const KIB = 1024;
let service = '';

// What `npm install lastgood-client-….tgz` does, without asking a registry for the two packages that it depends on.
beforeAll(async () => {
  service = await testFolder('client-package');
  const modules = join(service, 'node_modules');
  await mkdir(join(modules, 'lastgood'), { recursive: true });
  const { stdout } = await run(process.execPath, [join(checkout, 'scripts/pack-client.mjs'), service]);
  await run('tar', ['-xzf', stdout.trim(), '--strip-components=1', '-C', join(modules, 'lastgood')]);
  for (const name of ['canonicalize', 'eventsource-parser']) {
    await cp(join(checkout, 'node_modules', name), join(modules, name), { recursive: true });
  }
  await writeFile(join(service, 'package.json'), '{"type":"module"}');
});

async function sizeOf(folder: string): Promise<number> {
  let size = 0;
  for (const entry of await readdir(folder, { recursive: true })) size += (await stat(join(folder, entry))).size;
  return size;
}

it('the client library installs in less than 512 KiB, all that it needs counted', async () => {
  expect(await sizeOf(join(service, 'node_modules'))).toBeLessThan(512 * KIB);
});

it('the client library loads and works where nothing of the server is installed', async () => {
  const program = `
    import { configDigest, LastgoodClient, LastgoodUnreachable } from 'lastgood/client';
    const client = new LastgoodClient({ url: 'http://127.0.0.1:9', retries: 0 });
    const error = await client.resolve('fraud', 'production').catch((e) => e);
    console.log(error instanceof LastgoodUnreachable, configDigest({ env: {}, serving: {} }).length);`;
  await writeFile(join(service, 'service.js'), program);
  const { stdout } = await run(process.execPath, ['service.js'], { cwd: service });
  expect(stdout.trim()).toBe('true 71');
});

it('the client library brings its own types', async () => {
  const program = `
    import { configDigest, LastgoodClient, type Resolution } from 'lastgood/client';
    export async function follow(client: LastgoodClient, signal: AbortSignal): Promise<number> {
      for await (const resolution of client.follow('fraud', 'production', { signal })) {
        const seen: Resolution = resolution;
        if (configDigest(seen.record) !== seen.record.configDigest) return -1;
        return seen.record.version + seen.keepWarm.length;
      }
      return 0;
    }`;
  await writeFile(join(service, 'service.ts'), program);
  const tsc = join(checkout, 'node_modules/typescript/bin/tsc');
  const types = ['--typeRoots', join(checkout, 'node_modules/@types'), '--types', 'node'];
  const flags = ['--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', ...types];
  await expect(run(process.execPath, [tsc, ...flags, 'service.ts'], { cwd: service })).resolves.toMatchObject({
    stdout: '',
  });
});
