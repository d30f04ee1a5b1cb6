// @ts-check

const SAMPLE_MS = 20;

/**
 * Runs `work` and says how long it took, how much of the processor this process used for it, and the most memory it had.
 * @param {() => Promise<unknown>} work
 */
export async function measured(work) {
  let peak = process.memoryUsage.rss();
  const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), SAMPLE_MS);
  const used = process.cpuUsage();
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1000;
  clearInterval(sampling);
  const { user, system } = process.cpuUsage(used);
  return { seconds, processorSeconds: (user + system) / 1e6, peakMiB: peak / 1024 / 1024 };
}
