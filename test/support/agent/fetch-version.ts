import { NodeCache } from '../../../src/agent/cache/index.js';
import { Downloads } from '../../../src/agent/download/index.js';
import type { Artifact } from '../../../src/domain/version-record.js';
import type { S3StoreOptions } from '../../../src/stores/s3-options.js';
import { StoreSet } from '../../../src/stores/store-set.js';

/** What the process is to do. */
export interface FetchTask {
  readonly folder: string;
  readonly s3: S3StoreOptions;
  readonly artifacts: readonly Artifact[];
  readonly partBytes: number;
}

// A process of its own that fetches fraud/v1 into a cache folder, and prints how that ended.
const { folder, s3, artifacts, partBytes } = JSON.parse(process.argv[2] ?? '') as FetchTask;
// What the system counts as the peak begins with that of the parent.
let peak = 0;
setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 10).unref();
const { cache } = await NodeCache.open(folder, { limits: { budget: null, floor: 0 } });
const stores = await StoreSet.open({ s3 });
const downloads = new Downloads(cache, stores, { partBytes, tries: 3, baseMs: 5, capMs: 20 });
const result = await downloads.fetch({ model: 'fraud', version: 1, artifacts });
await downloads.close();
await cache.close();
stores.close();
console.log(JSON.stringify({ ...result, peakMiB: Math.ceil(peak / 1024 / 1024) }));
