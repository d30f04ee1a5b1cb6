import { describe, expect, it } from 'vitest';
import { checkRecord } from '../../support/linearisability/written-record.js';
import { changeOf, moveOf, retargetOf } from './recordings.js';

const first = changeOf(1, { revision: 1, from: null, to: 1 });
const target = retargetOf(2, { revision: 2, from: null, to: 1 });
const second = changeOf(2, { revision: 3, from: 1, to: 2 });
const operations = [moveOf(1, 1, 1), moveOf(2, 2, 3)];
const fine = { lost: [], wrong: [] };

describe('the written record', () => {
  it('is in order where every answer and every change belong to each other', () => {
    expect(checkRecord(operations, [first, second, target])).toEqual(fine);
  });

  it('may hold or lack what got no answer', () => {
    const unheard = moveOf(3, 3, null);
    const happened = [retargetOf(3, { revision: 4, from: 1, to: 2 }), changeOf(3, { revision: 5, from: 2, to: 3 })];
    expect(checkRecord([...operations, unheard], [first, second, target])).toEqual(fine);
    expect(checkRecord([...operations, unheard], [first, second, target, ...happened])).toEqual(fine);
  });

  it('must hold every move that was acknowledged, where it was said to be', () => {
    expect(checkRecord(operations, [first]).lost).toHaveLength(1);
    const elsewhere = changeOf(2, { revision: 3, from: 1, to: 4 });
    expect(checkRecord(operations, [first, elsewhere, target]).lost).toHaveLength(1);
  });

  it('must not skip or repeat a revision', () => {
    expect(checkRecord(operations, [first, second]).wrong).toEqual([expect.stringContaining('revision 2 is missing')]);
    expect(checkRecord(operations, [first, second, target, target]).wrong).not.toEqual([]);
  });

  it('must begin each change where the one before ended', () => {
    const broken = changeOf(2, { revision: 3, from: 7, to: 2 });
    expect(checkRecord(operations, [first, broken, target]).wrong).toEqual([expect.stringContaining('does not begin')]);
  });

  it('must not hold a change that nobody asked for, or one twice', () => {
    const [one] = operations;
    expect(checkRecord(one ? [one] : [], [first, second, target]).wrong).toEqual([
      expect.stringContaining('asked for by nobody'),
    ]);
    const again = changeOf(2, { revision: 4, from: 2, to: 2 });
    expect(checkRecord(operations, [first, second, target, again]).wrong).toEqual([
      expect.stringContaining('happened twice'),
    ]);
  });

  it('must not hold what was refused, or what a replica said that it had not done', () => {
    const refused = {
      ...moveOf(2, 2, null),
      result: { kind: 'refused', code: 'revision-stale', shown: null } as const,
    };
    expect(checkRecord([moveOf(1, 1, 1), refused], [first, second, target]).wrong).toHaveLength(1);
    const denied = { ...moveOf(2, 2, null), saysUnchanged: true };
    expect(checkRecord([moveOf(1, 1, 1), denied], [first, second, target]).wrong).toEqual([
      expect.stringContaining('was told that nothing was changed'),
    ]);
  });
});
