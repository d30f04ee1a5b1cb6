import { describe, expect, it } from 'vitest';
import { recordDiff } from '../../../src/cli/record-diff.js';
import { sampleVersion } from '../client/samples.js';

describe('what differs between two versions', () => {
  const base = { ...sampleVersion(1), env: { MODE: 'fast' }, serving: { batch: { size: 8, wait: '5ms' }, gpus: 1 } };

  it('is nothing between a version and itself, whatever the order of its keys', () => {
    const turned = { ...base, serving: { gpus: 1, batch: { wait: '5ms', size: 8 } } };
    expect(recordDiff(base, turned)).toEqual([]);
  });

  it('names a nested serving setting by its path', () => {
    const after = { ...base, serving: { batch: { size: 16, wait: '5ms' }, gpus: 1 } };
    expect(recordDiff(base, after)).toEqual([{ part: 'serving', name: 'batch.size', before: 8, after: 16 }]);
  });

  it('shows what was added and what was taken away', () => {
    const after = { ...base, env: { LEVEL: 'info' } };
    expect(recordDiff(base, after)).toEqual([
      { part: 'env', name: 'LEVEL', before: null, after: 'info' },
      { part: 'env', name: 'MODE', before: 'fast', after: null },
    ]);
  });

  it('shows a secret reference as one value', () => {
    const after = { ...base, env: { MODE: { secretRef: 'env://MODE' } } };
    expect(recordDiff(base, after)).toEqual([
      { part: 'env', name: 'MODE', before: 'fast', after: { secretRef: 'env://MODE' } },
    ]);
  });

  it('compares artifacts by their place in the version', () => {
    const [first] = base.artifacts;
    if (!first) throw new Error('the sample has no artifact');
    const after = { ...base, artifacts: [{ ...first, digest: `sha256:${'f'.repeat(64)}` }] };
    expect(recordDiff(base, after).map(({ part, name }) => [part, name])).toEqual([['artifact', first.path]]);
  });
});
