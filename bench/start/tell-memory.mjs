// @ts-check
// Loaded into the measured server before the product: tells its parent, on order, how much memory is in use after a
// full collection. The product itself has no door for this.
process.on('message', () => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send?.({ used: heapUsed + external, rss });
});
process.channel?.unref();
