export { CacheUnusable } from './cache-unusable.js';
export type { DiskLimits } from './disk-space.js';
export type { HeldFile, HeldTree, Holding } from './holding.js';
export { NodeCache, type CachedVersion, type NodeCacheOptions } from './node-cache.js';
export type { Recovered } from './recover.js';
export type { Room } from './room.js';
export { sizeText } from './size-text.js';
export { keyOf, nameOf, type VersionKey } from './version-key.js';
