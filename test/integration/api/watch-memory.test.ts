import { describe, expect, it } from 'vitest';
import { ChangeMemory, type ChangeEvent } from '../../../src/features/resolution/change-memory.js';
import { Resolution } from '../../../src/features/resolution/resolution.js';

const place = { model: 'fraud', alias: 'production' };
const move = {
  action: 'promote' as const,
  from: 1,
  to: 2,
  about: null,
  reason: 'ship',
  actor: 'ana',
  at: '2026-01-01T00:00:00.000Z',
};
// A resolution whose body has so many bytes, and a few more.
const resolutionOf = (revision: number, bytes: number) => {
  const live = JSON.stringify({ version: 2, serving: { filling: 'x'.repeat(bytes) } });
  return new Resolution({ ...place, modelId: 1, revision, live, warm: null });
};
const event = (revision: number, bytes = 0): ChangeEvent => ({
  change: { ...place, revision, ...move },
  resolution: resolutionOf(revision, bytes),
});
const revisions = (events: ChangeEvent[] | null) => events?.map(({ change }) => change.revision);

describe('the memory of changes', () => {
  it('gives what came after a revision, in order, whatever gaps the revisions have', () => {
    const memory = new ChangeMemory({ remembered: 100, rememberedBytes: 1e6 });
    memory.startAfter(10);
    memory.add([event(12), event(13), event(17)]);
    expect(revisions(memory.since(10))).toEqual([12, 13, 17]);
    expect(revisions(memory.since(11))).toEqual([12, 13, 17]);
    expect(revisions(memory.since(12))).toEqual([13, 17]);
    expect(revisions(memory.since(16))).toEqual([17]);
    expect(revisions(memory.since(17))).toEqual([]);
    expect(revisions(memory.since(99))).toEqual([]);
    expect(memory.since(9)).toBeNull();
  });

  it('never claims to know all where it has forgotten some, and keeps as many as it promised', () => {
    const memory = new ChangeMemory({ remembered: 5, rememberedBytes: 1e6 });
    memory.startAfter(0);
    for (let revision = 1; revision <= 100; revision += 1) {
      memory.add([event(revision)]);
      for (let after = 0; after <= revision; after += 1) {
        const all = Array.from({ length: revision - after }, (_, n) => after + 1 + n);
        expect(revisions(memory.since(after)) ?? all).toEqual(all);
      }
      expect(memory.since(Math.max(0, revision - 5))).not.toBeNull();
    }
    expect(memory.since(80)).toBeNull();
  });

  it('forgets large records sooner, down to nothing for one that is larger than all it may hold', () => {
    const memory = new ChangeMemory({ remembered: 1000, rememberedBytes: 100_000 });
    memory.startAfter(0);
    for (let revision = 1; revision <= 50; revision += 1) memory.add([event(revision, 10_000)]);
    expect(memory.since(40)).toBeNull();
    expect(revisions(memory.since(49))).toEqual([50]);
    memory.add([event(51, 1_000_000)]);
    expect(memory.since(50)).toBeNull();
    expect(revisions(memory.since(51))).toEqual([]);
  });
});
