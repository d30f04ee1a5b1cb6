// The import rules of docs/architecture.md. `only(from, to…)` reads: files of `from` may import these places of ours.
// One place of the house: a folder of src, the whole project's migrations, or a single file by its full path.
const at = (place) => (place.endsWith('/') || place.endsWith('$') ? `^${place}` : `^src/${place}/`);

const only = (from, ...to) => ({
  name: `${from} imports only ${to.join(', ') || 'nothing of ours'}`,
  severity: 'error',
  from: { path: at(from) },
  to: { path: '^(src|migrations)/', pathNot: [at(from), ...to.map(at)] },
});

const npmOnlyIn = (library, ...places) => ({
  name: `${library} only in ${places.join(', ')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: places },
  to: { path: `node_modules/${library}/` },
});

module.exports = {
  forbidden: [
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no unresolvable import', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no development dependency in the product',
      severity: 'error',
      from: { path: '^(src|migrations)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    only('domain'),
    only('contract', 'domain'),
    only('client', 'contract'),
    only('stores', 'domain'),
    only('platform', 'domain', 'contract', 'migrations/'),
    only('cli', 'client', 'contract'),
    only('agent', 'client', 'contract', 'domain', 'stores', 'platform/config', 'platform/telemetry', 'platform/files'),
    only('features', 'domain', 'contract', 'stores', 'platform'),
    {
      name: 'another feature only through its index.ts',
      severity: 'error',
      from: { path: '^src/features/([^/]+)/' },
      to: { path: '^src/features/([^/]+)/', pathNot: ['^src/features/$1/', '^src/features/[^/]+/index\\.ts$'] },
    },
    {
      name: 'the client library carries no server framework',
      severity: 'error',
      from: { path: '^src/client/' },
      to: {
        path: 'node_modules/(@nestjs|typeorm|pg|bullmq|ioredis|class-validator)',
        dependencyTypesNot: ['type-only'],
      },
    },
    npmOnlyIn(
      '(typeorm|@nestjs/typeorm)',
      '\\.(entity|repository|module)\\.ts$',
      '^src/platform/database/',
      '^migrations/',
    ),
    npmOnlyIn('bullmq', '^src/platform/queue/'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    moduleSystems: ['es6'],
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
