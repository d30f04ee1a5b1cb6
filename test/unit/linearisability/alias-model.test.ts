import { describe, expect, it } from 'vitest';
import type { AliasInput, Shown } from '../../support/linearisability/alias-operation.js';
import { history, moveTo } from './histories.js';

const rollBackFrom = (from: number | null): AliasInput => ({ kind: 'rollBack', from });
const seen = (shown: Shown) => ({ kind: 'shown', shown }) as const;
const movedTwice = () => history().moved([0, 1], 2, 3).moved([2, 3], 3, 5);
const rolledBackOnce = () => history().moved([0, 1], 2, 3).rolledBack([2, 3], 2, { from: 2, to: 1, revision: 5 });
const unheardMove = () => history().unheard(0, moveTo(2));
const unheardRollback = () => movedTwice().unheard(4, rollBackFrom(3));

describe('a move', () => {
  it('to where the alias is keeps the revision, and only that', () => {
    expect(history().moved([0, 1], 1, 1).isLinearisable).toBe(true);
    expect(history().moved([0, 1], 1, 3).isLinearisable).toBe(false);
  });

  it('takes a revision more where it changes the rollback target', () => {
    expect(history().moved([0, 1], 2, 3).isLinearisable).toBe(true);
    expect(history().moved([0, 1], 2, 2).isLinearisable).toBe(false);
  });

  it('is refused as stale only where the alias is elsewhere, and with what it is', () => {
    expect(history().stale([0, 1], 7, { version: 1, revision: 1 }).isLinearisable).toBe(true);
    expect(history().stale([0, 1], 1, { version: 1, revision: 1 }).isLinearisable).toBe(false);
    expect(history().stale([0, 1], 7, { version: 2, revision: 1 }).isLinearisable).toBe(false);
    expect(unheardMove().stale([1, 2], 3, { version: 2, revision: 3 }).isLinearisable).toBe(false);
  });

  it('by a revision that only a lost answer bore happens where that revision can be', () => {
    expect(unheardMove().moved([1, 2], 3, 6, 4).isLinearisable).toBe(true);
    expect(unheardMove().moved([1, 2], 3, 5, 4).isLinearisable).toBe(false);
    expect(unheardMove().stale([1, 2], 4, { version: 2, revision: 5 }).isLinearisable).toBe(true);
  });

  it('to a version is refused exactly while the version is rejected', () => {
    expect(rolledBackOnce().refused([4, 5], moveTo(2), 'version-rejected').isLinearisable).toBe(true);
    expect(rolledBackOnce().moved([4, 5], 2, 7).isLinearisable).toBe(false);
    const forgiven = () => rolledBackOnce().cleared([4, 5], 2, { version: 1, revision: 7 });
    expect(forgiven().moved([6, 7], 2, 9).isLinearisable).toBe(true);
    expect(forgiven().refused([6, 7], moveTo(2), 'version-rejected').isLinearisable).toBe(false);
  });
});

describe('a rollback', () => {
  it('goes from the version it names to the one that served before', () => {
    expect(movedTwice().rolledBack([4, 5], 3, { from: 3, to: 2, revision: 7 }).isLinearisable).toBe(true);
    expect(movedTwice().rolledBack([4, 5], 3, { from: 3, to: 1, revision: 7 }).isLinearisable).toBe(false);
    expect(movedTwice().rolledBack([4, 5], null, { from: 2, to: 1, revision: 7 }).isLinearisable).toBe(false);
  });

  it('from one version by two at once steps back once, and both get the one record', () => {
    const record = { from: 3, to: 2, revision: 7 };
    const both = () => movedTwice().rolledBack([4, 9], 3, record).rolledBack([5, 8], 3, record);
    expect(both().read([10, 11], 2, 7).isLinearisable).toBe(true);
    expect(
      movedTwice()
        .rolledBack([4, 9], 3, record)
        .rolledBack([5, 8], 3, { ...record, revision: 9 }).isLinearisable,
    ).toBe(false);
  });

  it('is repeated only while the alias is where it put it', () => {
    const record = { from: 3, to: 2, revision: 7 };
    const movedOn = () => movedTwice().rolledBack([4, 5], 3, record).moved([6, 7], 4, 9);
    expect(movedOn().refused([8, 9], rollBackFrom(3), 'from-not-live').isLinearisable).toBe(true);
    expect(movedOn().rolledBack([8, 9], 3, record).isLinearisable).toBe(false);
    const forgiven = movedTwice().rolledBack([4, 5], 3, record).cleared([6, 7], 3, { version: 2, revision: 9 });
    expect(forgiven.rolledBack([8, 9], 3, record).read([10, 11], 2, 9).isLinearisable).toBe(true);
  });

  it('whose answer was lost is repeated with the one record it made', () => {
    const repeated = unheardRollback().rolledBack([5, 6], 3, { from: 3, to: 2, revision: 8 });
    expect(repeated.read([7, 8], 2, 8).isLinearisable).toBe(true);
    const forgiven = unheardRollback().cleared([5, 6], 3, { version: 2, revision: 11 });
    expect(forgiven.rolledBack([7, 8], 3, { from: 3, to: 2, revision: 8 }).isLinearisable).toBe(true);
  });

  it('has no target where nothing served before, or all of it was rejected', () => {
    expect(history().refused([0, 1], rollBackFrom(null), 'no-rollback-target').isLinearisable).toBe(true);
    expect(movedTwice().refused([4, 5], rollBackFrom(3), 'no-rollback-target').isLinearisable).toBe(false);
  });
});

describe('what an answer shows besides', () => {
  it('is the rollback target and the rejected versions of that moment', () => {
    const shown = { version: 1, revision: 5, target: null, rejected: [2] };
    const read = (told: Shown) => rolledBackOnce().add([4, 5], { kind: 'read' }, seen(told)).isLinearisable;
    expect(read(shown)).toBe(true);
    expect(read({ ...shown, target: 2 })).toBe(false);
    expect(read({ ...shown, rejected: [] })).toBe(false);
  });
});
