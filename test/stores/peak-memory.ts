import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const MIB = 1024 * 1024;

setFlagsFromString('--expose-gc');
const exposed: unknown = runInNewContext('gc');

/**
 * Runs `work` and answers by how many MiB the memory in use grew at most. Garbage is collected at each look:
 * what counts is what is held on to, not what waits to be thrown away.
 */
export async function peakMemory<T>(work: () => Promise<T>): Promise<{ result: T; mebibytes: number }> {
  const before = inUse();
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, inUse())), 50);
  try {
    return { result: await work(), mebibytes: Math.ceil((peak - before) / MIB) };
  } finally {
    clearInterval(timer);
  }
}

function inUse(): number {
  if (typeof exposed !== 'function') throw new Error('V8 did not expose its garbage collector');
  exposed();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
