import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Module {
  source: string;
  dependencies: { resolved: string; dynamic: boolean; dependencyTypes: string[] }[];
}

it('the command line loads no server before a server command runs', () => {
  // The commands' own files are seen but not followed, which also spares the test from reading the whole server.
  const flags = [
    '--output-type',
    'json',
    '--do-not-follow',
    'node_modules|^src/entry/(?!lastgood|server-commands|pull-command)',
  ];
  const config = ['--config', '.dependency-cruiser.cjs'];
  const out = execFileSync(`${root}node_modules/.bin/depcruise`, ['src/entry/lastgood.ts', ...config, ...flags], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  const { modules }: { modules: Module[] } = JSON.parse(out);
  const bySource = new Map(modules.map((module) => [module.source, module]));
  const loaded = new Set<string>();
  const load = (source: string): void => {
    if (loaded.has(source)) return;
    loaded.add(source);
    for (const { resolved, dynamic, dependencyTypes } of bySource.get(source)?.dependencies ?? []) {
      if (!dynamic && !dependencyTypes.includes('type-only')) load(resolved);
    }
  };
  load('src/entry/lastgood.ts');
  expect(loaded).toContain('src/cli/rollback.ts');
  const server =
    /node_modules\/(@nestjs|typeorm|pg|bullmq|convict)\/|src\/features\/|src\/entry\/(?!lastgood|server-commands|pull-command)/;
  const heavy = [...loaded].filter((source) => server.test(source));
  expect(heavy).toEqual([]);
});
