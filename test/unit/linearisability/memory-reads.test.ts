import { describe, expect, it } from 'vitest';
import { checkMemoryReads } from '../../support/linearisability/memory-reads.js';
import { changeOf, memoryRead, retargetOf } from './recordings.js';

const history = [
  changeOf(1, { revision: 1, from: null, to: 1 }),
  changeOf(2, { revision: 3, from: 1, to: 2 }),
  retargetOf(2, { revision: 2, from: null, to: 1 }),
];
const old = { version: 1, revision: 1, target: null };
const fresh = { version: 2, revision: 3, target: 1 };

describe('a resolve from memory', () => {
  it('may be late, and differ between replicas and between lives of one', () => {
    const reads = [memoryRead([0, 1], fresh), memoryRead([2, 3], old, '1.2'), memoryRead([4, 5], old, '0.3')];
    expect(checkMemoryReads(reads, history)).toEqual([]);
  });

  it('may show either side of a change to two that overlap', () => {
    expect(checkMemoryReads([memoryRead([0, 9], fresh), memoryRead([1, 10], old)], history)).toEqual([]);
  });

  it('never goes back within one life of a replica', () => {
    const reads = [memoryRead([0, 1], fresh), memoryRead([2, 3], old)];
    expect(checkMemoryReads(reads, history)).toEqual([expect.stringContaining('went back from revision 3 to 1')]);
  });

  it('never shows a version or a rollback target that was not so at its revision', () => {
    for (const wrong of [
      { ...fresh, version: 1 },
      { ...fresh, revision: 2 },
      { ...fresh, target: null },
      { ...old, target: 1 },
    ])
      expect(checkMemoryReads([memoryRead([0, 1], wrong)], history)).toEqual([expect.stringContaining('never was')]);
  });
});
