import { execFileSync } from 'node:child_process';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

it('the client library loads nothing beside Node, itself and the event-stream parser', () => {
  const depcruise = `${root}node_modules/.bin/depcruise`;
  const flags = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', '--ts-pre-compilation-deps'];
  const out = execFileSync(depcruise, ['src/client', ...flags], { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 });
  const { modules }: { modules: { source: string; dependencies: Dependency[] }[] } = JSON.parse(out);
  const loaded = modules
    .filter(({ source }) => source.startsWith('src/client/'))
    .flatMap(({ dependencies }) => dependencies)
    .filter(({ dependencyTypes }) => !dependencyTypes.includes('type-only'))
    .map(({ module }) => module)
    .filter((module) => !module.startsWith('./') && !isBuiltin(module));
  expect([...new Set(loaded)]).toEqual(['eventsource-parser']);
});

interface Dependency {
  module: string;
  dependencyTypes: string[];
}
