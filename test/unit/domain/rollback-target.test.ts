import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AliasWorld, boundedBy, histories, planOf, type Deed, type Happened } from './alias-world.js';
import { targetBy, told } from './target-oracle.js';

const VERSIONS = [1, 2, 3, 4, 5, 6, 7, 8];

/** A history on whose way something does not hold, made as short as can be; null when there is none. */
function counterexample(holds: (world: AliasWorld, history: Happened[]) => boolean): unknown {
  const property = fc.property(histories, (deeds) => {
    const world = new AliasWorld();
    const history: Happened[] = [];
    return deeds.every((deed) => {
      const happened = world.do(deed);
      if (happened) history.push(happened);
      return holds(world, history);
    });
  });
  return fc.check(property, { numRuns: 500 }).counterexample;
}

const worldAfter = (deeds: Deed[]): AliasWorld => {
  const world = new AliasWorld();
  for (const deed of deeds) world.do(deed);
  return world;
};

describe('the rollback target, in any history of an alias', () => {
  it('is the last known good version, else the last that served and was not rejected, else none', () => {
    const faulty = counterexample(({ state }, history) =>
      isDeepStrictEqual(state.target, targetBy(history, state.version)),
    );
    expect(faulty).toBeNull();
  });

  it('is never the live version, and never there without one', () => {
    expect(counterexample(({ state: { target, version } }) => !target || target.version !== version)).toBeNull();
    expect(counterexample(({ state: { target, version } }) => !target || version !== null)).toBeNull();
  });

  it('is never a rejected version', () => {
    const faulty = counterexample(
      ({ state: { target } }, history) => !target || !told(history, target.version).rejected,
    );
    expect(faulty).toBeNull();
  });

  it('is proven exactly when it soaked its whole window, or was declared known good, and was not rejected since', () => {
    const faulty = counterexample(
      ({ state: { target } }, history) => !target || target.proven === told(history, target.version).proven,
    );
    expect(faulty).toBeNull();
  });

  it('is there whenever any other version served and was not rejected', () => {
    const faulty = counterexample(({ state }, history) => {
      const others = VERSIONS.filter((version) => version !== state.version).map((version) => told(history, version));
      const some = state.version !== null && others.some(({ served, rejected }) => served && !rejected);
      return (state.target !== null) === some;
    });
    expect(faulty).toBeNull();
  });

  it('is where the next rollback goes', () => {
    const faulty = counterexample(({ state }) => {
      const plan = planOf(state, { do: 'rollBack', after: 0 }, new Date(0));
      return (plan?.to ?? null) === (state.target?.version ?? null);
    });
    expect(faulty).toBeNull();
  });

  it('is another one each time, so that rolling back again and again comes to an end', () => {
    const faulty = counterexample(({ state }) => {
      const again = new AliasWorld();
      again.state = state;
      const seen: (number | null)[] = [];
      while (seen.length < 20 && again.do({ do: 'rollBack', after: 0 })) seen.push(again.state.version);
      return new Set(seen).size === seen.length && again.state.target === null;
    });
    expect(faulty).toBeNull();
  });
});

describe('a soak window that is made longer', () => {
  const soaked: Deed[] = [
    { do: 'promote', version: 1, after: 0 },
    { do: 'configure', soakSeconds: 30, after: 0 },
    { do: 'configure', soakSeconds: 60, after: 30 },
    { do: 'promote', version: 2, after: 1 },
  ];

  it('takes nothing from a version that soaked by the shorter one', () => {
    expect(worldAfter(soaked).state.target).toEqual({ version: 1, proven: true });
  });

  it('takes nothing from one that was rejected before, and is cleared afterwards', () => {
    const rejected: Deed[] = [
      { do: 'promote', version: 3, after: 0 },
      { do: 'rollBackTo', version: 1, after: 0 },
      { do: 'rollBackTo', version: 3, after: 0 },
    ];
    const [, ...rest] = soaked;
    const { state } = worldAfter([...rejected, ...rest, { do: 'clear', version: 3, after: 0 }]);
    expect(state.target).toEqual({ version: 3, proven: true });
  });
});

describe('planning, in any history of an alias', () => {
  const next = histories.map((deeds): Deed => deeds[0] ?? { do: 'delete', after: 0 });
  const later = new Date(1e9);

  it('comes to the same from the few standings that are read as from all there are', () => {
    const property = fc.property(histories, (deeds) => {
      const whole = new AliasWorld();
      const bounded = new AliasWorld();
      return deeds.every((deed) => {
        whole.do(deed);
        bounded.do(deed, boundedBy);
        return isDeepStrictEqual(bounded.state, whole.state);
      });
    });
    expect(fc.check(property, { numRuns: 1000 }).counterexample).toBeNull();
  });

  it('gives the same plan twice and changes nothing of what it is given', () => {
    const property = fc.property(histories, next, (deeds, deed) => {
      const { state } = worldAfter(deeds);
      const before = structuredClone(state);
      const first = planOf(state, deed, later);
      return isDeepStrictEqual(planOf(state, deed, later), first) && isDeepStrictEqual(state, before);
    });
    expect(fc.check(property).counterexample).toBeNull();
  });

  it('says that the target moves exactly when it does', () => {
    const property = fc.property(histories, next, (deeds, deed) => {
      const { state } = worldAfter(deeds);
      const plan = planOf(state, deed, later);
      return plan === null || plan.targetMoves !== isDeepStrictEqual(plan.target, state.target);
    });
    expect(fc.check(property).counterexample).toBeNull();
  });
});
