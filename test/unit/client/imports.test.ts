import { execFileSync } from 'node:child_process';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

it('the client library loads nothing beside Node, itself, the event-stream parser and the digest of a configuration', () => {
  const depcruise = `${root}node_modules/.bin/depcruise`;
  // Packed alone, the client takes these files along: scripts/pack-client.mjs.
  const own = /^src\/(client\/|(contract|domain)\/config-digest|domain\/(canonical-json|digest)\.ts)/;
  const flags = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', '--ts-pre-compilation-deps'];
  const out = execFileSync(depcruise, ['src/client', ...flags], { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 });
  const { modules }: { modules: { source: string; dependencies: Dependency[] }[] } = JSON.parse(out);
  const loaded = modules
    .filter(({ source }) => own.test(source))
    .flatMap(({ dependencies }) => dependencies)
    .filter(({ dependencyTypes }) => !dependencyTypes.includes('type-only'))
    .filter(({ module, resolved }) => !own.test(resolved) && !isBuiltin(module))
    .map(({ module }) => module);
  expect([...new Set(loaded)].toSorted()).toEqual(['canonicalize', 'eventsource-parser']);
});

interface Dependency {
  module: string;
  resolved: string;
  dependencyTypes: string[];
}
