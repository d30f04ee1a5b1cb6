import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gpuLabels, gpusIn, readGpus } from '../../../src/agent/machine/gpus.js';
import { emptyFolder } from '../../support/agent/cache-under-test.js';

const MIB = 1024 * 1024;

describe('the GPUs of a machine', () => {
  it('are counted by kind', () => {
    const gpus = gpusIn('NVIDIA H100 80GB HBM3, 81559\nNVIDIA H100 80GB HBM3, 81559\nNVIDIA T4, 15360\n');
    expect(gpus).toEqual([
      { product: 'NVIDIA H100 80GB HBM3', count: 2, memoryBytes: 81559 * MIB },
      { product: 'NVIDIA T4', count: 1, memoryBytes: 15360 * MIB },
    ]);
    expect(gpuLabels(gpus)).toEqual({
      'gpu.product': 'NVIDIA-H100-80GB-HBM3',
      'gpu.count': '2',
      'gpu.memory': '80',
    });
  });

  it('are counted also where their memory is their host’s and has no number', () => {
    expect(gpusIn('NVIDIA GB10, [N/A]\n')).toEqual([{ product: 'NVIDIA GB10', count: 1, memoryBytes: 0 }]);
  });

  it('are none, and give no labels, where there is no nvidia-smi', async () => {
    expect(await readGpus(join(await emptyFolder(), 'nvidia-smi'))).toEqual([]);
    expect(gpuLabels([])).toEqual({});
  });

  it('are asked of the program, whose failure is not taken for a machine without any', async () => {
    const program = join(await emptyFolder(), 'nvidia-smi');
    const script = '#!/bin/sh\n[ "$1" = --query-gpu=name,memory.total ] && echo "NVIDIA L40S, 46068"\n';
    await writeFile(program, script);
    await chmod(program, 0o755);
    expect(await readGpus(program)).toEqual([{ product: 'NVIDIA L40S', count: 1, memoryBytes: 46068 * MIB }]);
    await writeFile(program, '#!/bin/sh\necho "Failed to initialize NVML" >&2; exit 9\n');
    await expect(readGpus(program)).rejects.toThrow('Failed to initialize NVML');
  });
});
