// @ts-check
// One version of one file into an empty cache, by the agent's own parts, as `lastgood agent` puts them together.
import { join } from 'node:path';
import { NodeCache } from '../../dist/src/agent/cache/index.js';
import { Downloads } from '../../dist/src/agent/download/index.js';
import { StoreSet } from '../../dist/src/stores/store-set.js';
import { obeyParent } from '../support/child.mjs';
import { measured } from './measured.mjs';

obeyParent(async (order) => {
  const { connection, uri, digest, size, to } = order;
  const { cache } = await NodeCache.open(join(to, 'cache'), { limits: { budget: null, floor: 0 } });
  const stores = await StoreSet.open({ s3: connection, limits: { concurrency: 16, reads: 8, requestsPerSecond: 0 } });
  const downloads = new Downloads(cache, stores);
  const figures = await measured(async () => {
    const artifacts = [{ path: 'weights.bin', uri, digest, size, mediaType: 'application/octet-stream' }];
    const result = await downloads.fetch({ model: 'bench', version: 1, artifacts });
    if (result.state !== 'resident') throw new Error(result.text);
  });
  await downloads.close();
  await cache.close();
  stores.close();
  return figures;
});
