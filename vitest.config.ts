import { defineConfig } from 'vitest/config';

// Each project starts only the servers its tests need, and only when one of its tests runs:
// a unit test starts in a second because nothing else does. A time limit only ends what hangs: on a machine that is
// busy with other things, anything may take many times as long as usual.
const project = (name: string, globalSetup: string[], timeout = 120_000) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    globalSetup,
    testTimeout: timeout,
    hookTimeout: Math.max(timeout, 300_000),
  },
});

export default defineConfig({
  test: {
    pool: 'forks',
    setupFiles: ['reflect-metadata'],
    reporters: process.env.CI ? ['default', './test/support/count-reporter.ts'] : ['default'],
    projects: [
      project('unit', []),
      project('integration', ['test/support/global-postgres.ts', 'test/support/global-redis.ts']),
      project('stores', ['test/support/global-s3.ts']),
      project('checks', ['test/support/global-postgres.ts', 'test/support/global-s3.ts'], 300_000),
      project(
        'e2e',
        ['test/support/global-build.ts', 'test/support/global-postgres.ts', 'test/support/global-redis.ts'],
        600_000,
      ),
    ],
  },
});
