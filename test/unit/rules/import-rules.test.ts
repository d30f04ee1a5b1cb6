import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkout } from '../../support/run-folder.js';

const run = promisify(execFile);
const config = '.dependency-cruiser.cjs';
const depcruise = join(checkout, 'node_modules/.bin/depcruise');

// A house with the rooms of the real one, in which everybody keeps to the rules.
const house = {
  'src/domain/move.ts': 'export const move = 1;',
  'src/contract/view.ts': "import { move } from '../domain/move.js'; export const view = move;",
  'src/stores/store.ts': "import { move } from '../domain/move.js'; export const store = move;",
  'src/client/call.ts': "import { view } from '../contract/view.js'; export const call = view;",
  'src/cli/show.ts': "import { call } from '../client/call.js'; export const show = call;",
  'src/platform/files/lock.ts': 'export const lock = 1;',
  'src/agent/cache/open.ts': "import { lock } from '../../platform/files/lock.js'; export const open = lock;",
  'src/platform/queue/add.ts': "import { Queue } from 'bullmq'; export const add = Queue;",
  'src/platform/database/open.ts': "import { DataSource } from 'typeorm'; export const open = DataSource;",
  'src/features/models/index.ts': "export { model } from './model.js';",
  'src/features/models/model.ts': "import { store } from '../../stores/store.js'; export const model = store;",
  'src/features/aliases/alias.ts': "import { model } from '../models/index.js'; export const alias = model;",
  'src/entry/serve.ts': "import { alias } from '../features/aliases/alias.js'; export const serve = alias;",
  'migrations/index.ts': 'export const migrations = [];',
};

/** The rules that each planted file breaks, by the file's path, once all of them lie in the house. */
async function brokenRules(planted: Record<string, string>): Promise<Record<string, string[]>> {
  await mkdir(join(checkout, '.test'), { recursive: true });
  const folder = await mkdtemp(join(checkout, '.test', 'house-'));
  try {
    for (const [path, text] of Object.entries({ ...house, ...planted })) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), `${text}\n`);
    }
    for (const file of [config, 'tsconfig.json', 'package.json'])
      await copyFile(join(checkout, file), join(folder, file));
    await symlink(join(checkout, 'node_modules'), join(folder, 'node_modules'));
    return await violations(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function violations(folder: string): Promise<Record<string, string[]>> {
  const args = ['src', 'migrations', '--config', config, '--output-type', 'json'];
  const { stdout } = await run(depcruise, args, { cwd: folder, maxBuffer: 64 << 20 }).catch(
    (error: { stdout: string }) => error, // it exits with the number of violations
  );
  const { summary }: { summary: { violations: { from: string; rule: { name: string } }[] } } = JSON.parse(stdout);
  const broken: Record<string, string[]> = {};
  for (const { from, rule } of summary.violations) broken[from] = [...(broken[from] ?? []), rule.name].toSorted();
  return broken;
}

const importing = (path: string): string => `import '${path}';`;

// A file, what it imports though it may not, and the one rule that says so.
const plants: [file: string, imported: string, rule: string][] = [
  ['src/domain/bad.ts', '../contract/view.js', 'domain imports only nothing of ours'],
  ['src/contract/bad.ts', '../stores/store.js', 'contract imports only domain'],
  ['src/stores/bad.ts', '../contract/view.js', 'stores imports only domain'],
  ['src/client/bad.ts', '../domain/move.js', 'client imports only contract'],
  ['src/cli/bad.ts', '../platform/queue/add.js', 'cli imports only client, contract'],
  ['src/platform/bad.ts', '../features/models/index.js', 'platform imports only domain, contract, migrations/'],
  [
    'src/agent/bad.ts',
    '../platform/queue/add.js',
    'agent imports only client, contract, domain, stores, platform/config, platform/telemetry, platform/files',
  ],
  ['src/features/aliases/bad.ts', '../../client/call.js', 'features imports only domain, contract, stores, platform'],
  ['src/features/aliases/bad-neighbour.ts', '../models/model.js', 'another feature only through its index.ts'],
  ['src/client/bad-server.ts', '@nestjs/common', 'the client library carries no server framework'],
  ['src/cli/bad-queue.ts', 'bullmq', 'bullmq only in ^src/platform/queue/'],
  ['src/entry/bad.ts', 'vitest', 'no development dependency in the product'],
  ['src/entry/bad-nothing.ts', './not-there.js', 'no unresolvable import'],
];

describe('the import rules', () => {
  it('hold in the real sources', async () => {
    const { stdout } = await run('npm', ['run', '--silent', 'rules'], { cwd: checkout });
    expect(stdout).toContain('no dependency violations found');
  });

  it('let a house pass in which everybody keeps to them', async () => {
    expect(await brokenRules({})).toEqual({});
  });

  describe('catch', () => {
    let broken: Record<string, string[]>;
    beforeAll(async () => {
      broken = await brokenRules(Object.fromEntries(plants.map(([file, imported]) => [file, importing(imported)])));
    });

    it.each(plants)('%s importing %s', (file, _imported, rule) => {
      expect(broken[file]).toEqual([rule]);
    });

    it('nothing else', () => {
      expect(Object.keys(broken).toSorted()).toEqual(plants.map(([file]) => file).toSorted());
    });
  });

  it('keep TypeORM to entities, repositories, modules and the database', async () => {
    const places = ['model.entity.ts', 'model.repository.ts', 'models.module.ts', 'list-models.ts'];
    const planted = places.map((name) => [`src/features/models/${name}`, importing('typeorm')]);
    expect(await brokenRules(Object.fromEntries(planted))).toEqual({
      'src/features/models/list-models.ts': [expect.stringContaining('typeorm')],
    });
  });

  it('catch a cycle, however long, and one that only types make', async () => {
    const broken = await brokenRules({
      'src/domain/a.ts': importing('./b.js'),
      'src/domain/b.ts': importing('./c.js'),
      'src/domain/c.ts': importing('./a.js'),
      'src/stores/d.ts': "import type { E } from './e.js'; export interface D { e: E }",
      'src/stores/e.ts': "import type { D } from './d.js'; export interface E { d: D }",
    });
    // Each cycle is told once, at one of its files.
    expect(Object.values(broken)).toEqual([['no cycles'], ['no cycles']]);
    expect(Object.keys(broken).map((file) => dirname(file))).toEqual(['src/domain', 'src/stores']);
  });
});
