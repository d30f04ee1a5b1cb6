import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startRedis } from './redis-server.js';
import { openRunFolder } from './run-folder.js';
import { share } from './shared-server.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A Redis that the tests of a run share: keep keys apart by a prefix, and flush nothing. */
    redisUrl: string;
  }
}

/** One Redis for the whole run: the one of REDIS_URL, else a private one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = await share('run folder', openRunFolder);
  project.provide('runFolder', run.value);
  const given = process.env.REDIS_URL;
  if (given) {
    project.provide('redisUrl', given);
    return run.letGo;
  }
  const server = await share('redis', async () => {
    const { url, stop } = await startRedis(join(run.value, 'redis'));
    return { value: url, stop };
  });
  project.provide('redisUrl', server.value);
  return async () => {
    await server.letGo();
    await run.letGo();
  };
}
