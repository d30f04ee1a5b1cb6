import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Module {
  source: string;
  dependencies: { resolved: string; dependencyTypes: string[] }[];
}

it('a node’s agent and pull load no web framework, no database and no queue', () => {
  const flags = ['--output-type', 'json', '--do-not-follow', 'node_modules', '--config', '.dependency-cruiser.cjs'];
  const entries = ['src/entry/agent.ts', 'src/entry/pull.ts'];
  const out = execFileSync(`${root}node_modules/.bin/depcruise`, [...entries, ...flags], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  const { modules } = JSON.parse(out) as { modules: Module[] };
  const bySource = new Map(modules.map((module) => [module.source, module]));
  const loaded = new Set<string>();
  const load = (source: string): void => {
    if (loaded.has(source)) return;
    loaded.add(source);
    for (const { resolved, dependencyTypes } of bySource.get(source)?.dependencies ?? []) {
      if (!dependencyTypes.includes('type-only')) load(resolved);
    }
  };
  entries.forEach(load);
  expect(loaded).toContain('src/agent/loop/node-agent.ts');
  const server = /node_modules\/(@nestjs|typeorm|pg|bullmq|ioredis)\/|^src\/(features|migrations)\//;
  expect([...loaded].filter((source) => server.test(source))).toEqual([]);
});
