import { describe, expect, it } from 'vitest';
import { aliasModel } from '../../support/linearisability/alias-model.js';
import { freshAlias } from '../../support/linearisability/alias-state.js';
import { checkLinearisable } from '../../support/linearisability/search.js';
import { history, moveTo } from './histories.js';

// The first move of an alias takes two revisions, its own and that of the new rollback target: from 1 to 3.

describe('the checker accepts', () => {
  it('a history in which one thing follows the other', () => {
    const one = history().read([0, 1], 1, 1).moved([2, 3], 2, 3).read([4, 5], 2, 3).moved([6, 7], 3, 5, 3);
    expect(one.isLinearisable).toBe(true);
  });

  it('reads that overlap a move and see either side of it', () => {
    const one = history().moved([0, 10], 2, 3).read([1, 2], 1, 1).read([3, 4], 2, 3).read([5, 12], 2, 3);
    expect(one.isLinearisable).toBe(true);
  });

  it('overlapping moves that took effect in the other order than they were called', () => {
    const one = history().moved([0, 10], 2, 5).moved([1, 9], 3, 3).read([11, 12], 2, 5);
    expect(one.isLinearisable).toBe(true);
  });

  it('an operation without an answer that happened, at once or much later', () => {
    const atOnce = history().unheard(0, moveTo(2)).read([1, 2], 2, 3);
    const later = history().unheard(0, moveTo(2)).read([1, 2], 1, 1).moved([3, 4], 3, 3).read([5, 6], 2, 5);
    expect(atOnce.isLinearisable).toBe(true);
    expect(later.isLinearisable).toBe(true);
  });

  it('an operation without an answer that never happened', () => {
    const one = history().unheard(0, moveTo(2)).read([1, 2], 1, 1).moved([3, 4], 3, 3).read([5, 6], 3, 3);
    expect(one.isLinearisable).toBe(true);
  });

  it('several operations without an answer, of which some happened, between two that are known', () => {
    const one = history().unheard(0, moveTo(2)).unheard(0, moveTo(3)).unheard(0, moveTo(4));
    expect(one.read([5, 6], 3, 7).moved([7, 8], 5, 9, 7).isLinearisable).toBe(true);
  });
});

describe('the checker rejects', () => {
  it('a read of the old state after a move was answered', () => {
    const one = history().moved([0, 1], 2, 3).read([2, 3], 1, 1);
    expect(one.check()).toMatchObject({ linearisable: false, exhaustive: true });
  });

  it('a move that was answered and that nothing shows afterwards', () => {
    expect(history().moved([0, 1], 2, 3).moved([2, 3], 3, 3).isLinearisable).toBe(false);
    expect(history().moved([0, 1], 2, 3).moved([2, 3], 3, 5, 1).isLinearisable).toBe(false);
  });

  it('two compare-and-sets that both succeed on one revision', () => {
    const one = history().moved([0, 10], 2, 3, 1).moved([0, 10], 3, 5, 1);
    expect(one.isLinearisable).toBe(false);
  });

  it('two moves whose revisions are the other way round than they followed each other', () => {
    const one = history().moved([0, 1], 2, 5).moved([2, 3], 3, 3).read([4, 5], 2, 5);
    expect(one.isLinearisable).toBe(false);
  });

  it('reads one after the other that see a move happen and then not', () => {
    const one = history().moved([0, 10], 2, 3).read([1, 2], 2, 3).read([3, 4], 1, 1);
    expect(one.isLinearisable).toBe(false);
  });

  it('the effect of a move before it was called, answered or not', () => {
    expect(history().read([0, 1], 2, 3).moved([2, 3], 2, 3).isLinearisable).toBe(false);
    expect(history().read([0, 1], 2, 3).unheard(2, moveTo(2)).isLinearisable).toBe(false);
  });

  it('the effect of a move that nobody asked for', () => {
    expect(history().unheard(0, moveTo(2)).read([1, 2], 3, 3).isLinearisable).toBe(false);
  });

  it('one operation without an answer that happened twice', () => {
    const one = history().unheard(0, moveTo(2)).read([1, 2], 2, 3).moved([3, 4], 3, 5).read([5, 6], 2, 7);
    expect(one.isLinearisable).toBe(false);
  });

  it('an operation without an answer at a revision that is known to be another change', () => {
    const one = history().unheard(0, moveTo(2)).read([1, 2], 2, 3);
    expect(one.check([4]).linearisable).toBe(true);
    expect(one.check([2]).linearisable).toBe(false);
  });
});

describe('a rejection', () => {
  it('names the longest order found and what could not follow', () => {
    const one = history().moved([0, 1], 2, 3).read([2, 3], 2, 3).read([4, 5], 3, 3).read([4, 6], 2, 3);
    expect(one.check()).toMatchObject({ order: [{ id: 1 }, { id: 2 }, { id: 4 }], stuck: [{ id: 3 }] });
  });

  it('names a read that an earlier answer leaves no place', () => {
    const one = history().read([0, 1], 1, 1).moved([2, 3], 2, 3).read([4, 5], 2, 3).read([6, 7], 1, 1);
    expect(one.check()).toMatchObject({ order: [{ id: 1 }], stuck: [{ id: 2 }, { id: 4 }] });
  });

  it('says so where it was given up', () => {
    const one = history().moved([0, 1], 2, 3).read([2, 3], 2, 3);
    const verdict = checkLinearisable(one.operations, aliasModel(freshAlias(1, 1), new Set()), 1);
    expect(verdict).toMatchObject({ linearisable: false, exhaustive: false, order: [{ id: 1 }] });
  });
});
