import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { GpuView } from '../../contract/node-views.js';

const run = promisify(execFile);
const MEBIBYTE = 1024 * 1024;
const GIBIBYTE = 1024 * MEBIBYTE;
const QUERY = ['--query-gpu=name,memory.total', '--format=csv,noheader,nounits'];

/**
 * The GPUs of this machine as `nvidia-smi` lists them; none where there is no such program. Throws where there is one
 * and it fails, or takes longer than ten seconds, as it may when a driver hangs.
 */
export async function readGpus(command = 'nvidia-smi'): Promise<GpuView[]> {
  try {
    const { stdout } = await run(command, QUERY, { timeout: 10_000, killSignal: 'SIGKILL', maxBuffer: MEBIBYTE });
    return gpusIn(stdout);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The GPUs in the answer: a line each, its name and its memory in MiB. Equal ones are counted together. */
export function gpusIn(csv: string): GpuView[] {
  const kinds = new Map<string, GpuView>();
  for (const line of csv.split('\n')) {
    const comma = line.lastIndexOf(',');
    const product = line.slice(0, comma).trim();
    // Some kinds have memory of their host and no number here: `[N/A]`.
    const memory = Number.parseInt(line.slice(comma + 1), 10);
    if (comma < 0 || product === '') continue;
    const memoryBytes = Number.isSafeInteger(memory) ? memory * MEBIBYTE : 0;
    const kind = kinds.get(`${product},${memoryBytes}`) ?? { product, count: 0, memoryBytes };
    kinds.set(`${product},${memoryBytes}`, { ...kind, count: kind.count + 1 });
  }
  return [...kinds.values()];
}

/**
 * Labels that pools select nodes by: product (with dashes for spaces, as Kubernetes has it), count, and the memory of
 * one in GiB. Of several kinds, those of the most frequent.
 */
export function gpuLabels(gpus: readonly GpuView[]): Record<string, string> {
  const [most] = gpus.toSorted((one, other) => other.count - one.count);
  if (most === undefined) return {};
  return {
    'gpu.product': most.product.replaceAll(/[^A-Za-z0-9._-]+/g, '-'),
    'gpu.count': String(most.count),
    'gpu.memory': String(Math.round(most.memoryBytes / GIBIBYTE)),
  };
}
