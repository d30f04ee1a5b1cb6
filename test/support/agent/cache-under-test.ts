import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { NodeCache, type NodeCacheOptions } from '../../../src/agent/cache/index.js';
import type { Recovered } from '../../../src/agent/cache/index.js';

/** A new empty folder, removed with the test. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lastgood-agent-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens the folder as a node's cache; it is let go with the test, where the test has not done so. */
export async function openCache(
  folder: string,
  options: Partial<NodeCacheOptions> = {},
): Promise<{ cache: NodeCache; recovered: Recovered }> {
  const opened = await NodeCache.open(folder, { limits: { budget: null, floor: 0 }, ...options });
  onTestFinished(() => opened.cache.close());
  return opened;
}
