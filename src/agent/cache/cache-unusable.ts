/** The cache folder cannot be used by this process. The message says why and what to do about it. */
export class CacheUnusable extends Error {
  override readonly name = 'CacheUnusable';
}
