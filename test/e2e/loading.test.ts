import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.js';
import { runLastgood, spawnLastgood, startLastgood } from '../support/processes.js';
import { until } from '../support/queue-until.js';
import { checkout, testFolder } from '../support/run-folder.js';

const preload = pathToFileURL(join(checkout, 'test/support/loaded-files.mjs')).href;

/** What has to be added to a process's environment for {@link packagesIn} to know what it loads. */
async function watched(): Promise<{ list: string; env: Record<string, string> }> {
  const list = join(await testFolder('loading'), 'list');
  return { list, env: { LOADED_FILES: list, NODE_OPTIONS: `--import ${preload}` } };
}

/** The files that were loaded out of node_modules, and the packages whose code they and the files of dist/program hold. */
async function packagesIn(list: string): Promise<{ files: string[]; packages: Set<string> }> {
  const loaded = [...new Set((await readFile(list, 'utf8')).trim().split('\n'))].map((url) => fileURLToPath(url));
  const files = loaded.filter((file) => file.includes('/node_modules/'));
  const maps = await Promise.all(loaded.filter((file) => file.includes('/dist/program/')).map(sourcesOf));
  const packages = [...files, ...maps.flat()].map((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]);
  return { files, packages: new Set(packages.filter((name) => name !== undefined)) };
}

async function sourcesOf(file: string): Promise<string[]> {
  const map = await readFile(`${file}.map`, 'utf8').catch(() => '{"sources":[]}');
  return (JSON.parse(map) as { sources: string[] }).sources;
}

const among = (packages: Set<string>, names: string[]): string[] => names.filter((name) => packages.has(name));

describe('lastgood loads', () => {
  it('for a command at the terminal the few packages that it is made of, in a handful of files', async () => {
    const { list, env } = await watched();
    expect(await runLastgood(['resolve', 'fraud', '--url', 'http://127.0.0.1:1'], { env })).toMatchObject({ code: 6 });
    const { files, packages } = await packagesIn(list);
    expect(files).toEqual([]);
    expect([...packages].filter((name) => !TERMINAL.includes(name))).toEqual([]);
    expect(packages).toContain('commander');
  });

  it('for serving nothing that no request has asked for yet', async () => {
    const database = await createTestDatabase();
    const { list, env } = await watched();
    const folder = await testFolder('loading-serve');
    const args = ['serve', '--port', '0', '--data', folder, '--database-url', database.url];
    const server = await startLastgood(args, { env });
    const { packages } = await packagesIn(list);
    expect(packages).toContain('@nestjs/core');
    expect(among(packages, LATER)).toEqual([]);
    expect((await fetch(`${server.url}/docs`)).status).toBe(200);
    expect(await server.end()).toMatchObject({ code: 0 });
    const { files, packages: all } = await packagesIn(list);
    expect(all).toContain('@nestjs/swagger');
    // Whatever lies in node_modules would be a second copy beside the one in dist/program.
    expect(files.filter((file) => !OUTSIDE.test(file))).toEqual([]);
    await database.drop();
  });

  it('for jobs one copy of each package', async () => {
    const database = await createTestDatabase();
    const { list, env } = await watched();
    const args = ['worker', '--data', await testFolder('loading-worker'), '--database-url', database.url];
    const worker = spawnLastgood(args, { env });
    await until('it works', () => worker.stdout().includes('working on jobs'));
    expect(await worker.end()).toMatchObject({ code: 0 });
    const { files, packages } = await packagesIn(list);
    expect(packages).toContain('bullmq');
    expect(files.filter((file) => !OUTSIDE.test(file))).toEqual([]);
    await database.drop();
  });
});

const TABLES = ['cli-table3', '@colors/colors', 'string-width', 'strip-ansi', 'ansi-regex', 'emoji-regex'];
const TERMINAL = ['commander', 'ansis', 'canonicalize', 'eventsource-parser', 'is-fullwidth-code-point', ...TABLES];
const LATER = ['@nestjs/swagger', 'es-toolkit', '@aws-sdk/client-s3', '@aws-sdk/lib-storage', 'bullmq', 'ioredis'];
const OUTSIDE = /\/node_modules\/(swagger-ui-dist|@?msgpackr-extract|node-gyp-build-optional-packages|detect-libc)\//;
