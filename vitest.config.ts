import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Most tests wait most of the time, for a server, a disk or a poll: one worker a core leaves the cores idle.
const workers = Math.max(4, availableParallelism());

interface ProjectOptions {
  timeout?: number;
  isolate?: boolean;
  maxWorkers?: number;
  sequence?: { groupOrder: number };
}

// Not into this process, which only counts. Processes of the product that inherit the environment are late too.
if (process.env.TEST_LATENESS !== undefined) {
  const late = new URL('test/support/late-machine.mjs', import.meta.url).href;
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import=${late}`;
}

// Each project starts only the servers its tests need, and only when one of its tests runs:
// a unit test starts in a second because nothing else does. A time limit only ends what hangs: on a machine that is
// busy with other things, anything may take many times as long as usual.
const project = (name: string, globalSetup: string[], { timeout = 120_000, ...more }: ProjectOptions = {}) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    globalSetup,
    testTimeout: timeout,
    hookTimeout: Math.max(timeout, 300_000),
    ...more,
  },
});

// A process for each file would load Nest, TypeORM and all of `src` once more for each. These leave nothing behind that
// another file could trip over, so a worker keeps what it has loaded.
const together = { isolate: false };

// Each of these runs several processes of the product, which wait for each other half of the time; a third beside two
// would only make all of them slow. A group of their own, since those of a group share the number of workers.
const wholeProducts = { timeout: 600_000, maxWorkers: 2, sequence: { groupOrder: 1 } };

export default defineConfig({
  test: {
    pool: 'forks',
    setupFiles: ['reflect-metadata'],
    maxWorkers: workers,
    reporters: process.env.CI ? ['default', './test/support/count-reporter.ts'] : ['default'],
    projects: [
      project('unit', [], together),
      project('integration', ['test/support/global-postgres.ts', 'test/support/global-redis.ts'], {
        ...together,
        timeout: 300_000,
      }),
      project('stores', ['test/support/global-s3.ts']),
      project('checks', ['test/support/global-postgres.ts', 'test/support/global-s3.ts'], { timeout: 300_000 }),
      project(
        'e2e',
        ['test/support/global-build.ts', 'test/support/global-postgres.ts', 'test/support/global-redis.ts'],
        wholeProducts,
      ),
    ],
  },
});
