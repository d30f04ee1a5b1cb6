import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckState } from '../../../src/domain/check.js';
import { readiness, type ReadinessFacts } from '../../../src/domain/readiness.js';
import { checkOf, expectedOf, healthy, MAX_AGES, NOW, STATES, worlds } from './readiness-world.js';

const verdict = (facts: ReadinessFacts) => readiness(facts).verdict;
const RANK = { ready: 2, unknown: 1, 'not-ready': 0 };
const RUNS = { numRuns: 2000 };

/** Facts that break what should hold, made as small as can be; null when there are none. */
const counterexample = (world: fc.Arbitrary<ReadinessFacts>, holds: (facts: ReadinessFacts) => boolean): unknown =>
  fc.check(fc.property(world, holds), RUNS).counterexample;

const broken = (holds: (facts: ReadinessFacts) => boolean) => counterexample(worlds, holds);

/** Facts together with one of their checks. */
const withOne = worlds
  .filter(({ checks }) => checks.length > 0)
  .chain((facts) => fc.record({ facts: fc.constant(facts), at: fc.nat(facts.checks.length - 1) }));

/** The facts with the check at a place replaced. */
function changed(facts: ReadinessFacts, at: number, by: Partial<ReadinessFacts['checks'][number]>): ReadinessFacts {
  return { ...facts, checks: facts.checks.map((check, index) => (index === at ? { ...check, ...by } : check)) };
}

const later = (facts: ReadinessFacts, seconds: number): ReadinessFacts => {
  return { ...facts, now: new Date(facts.now.getTime() + seconds * 1000) };
};

const isFresh = (facts: ReadinessFacts, { kind, observedAt }: ReadinessFacts['checks'][number]): boolean => {
  const age = (facts.now.getTime() - observedAt.getTime()) / 1000;
  return age <= MAX_AGES[kind] && age >= -60;
};

describe('whatever the checks say, an alias', () => {
  it('is never ready where one that is expected is missing', () => {
    const faulty = broken((facts) => {
      const seen = new Set(facts.checks.map(({ kind, subject }) => `${kind} ${subject}`));
      const all = expectedOf(facts).every(({ kind, subject }) => seen.has(`${kind} ${subject}`));
      return all || verdict(facts) !== 'ready';
    });
    expect(faulty).toBeNull();
  });

  it('is never ready where one that is expected is stale, or comes from the future', () => {
    expect(
      broken((facts) => facts.checks.every((check) => isFresh(facts, check)) || verdict(facts) !== 'ready'),
    ).toBeNull();
  });

  it('is never ready without a rollback target', () => {
    expect(broken((facts) => (facts.target === null) === (readiness(facts).checklist.length === 1))).toBeNull();
    expect(broken((facts) => facts.target !== null || verdict(facts) === 'not-ready')).toBeNull();
  });

  it('does not get ready, nor from not ready to unknown, by a failure being seen instead of anything else', () => {
    const states = fc.constantFrom<CheckState>('missing', 'changed', 'forbidden');
    const property = fc.property(withOne, states, ({ facts, at }, state) => {
      const worse = verdict(changed(facts, at, { state, observedAt: facts.now }));
      return worse === 'not-ready' && RANK[worse] <= RANK[verdict(facts)];
    });
    expect(fc.check(property, RUNS).counterexample).toBeNull();
  });

  it('does not get ready by a check being lost or not answered', () => {
    const property = fc.property(withOne, ({ facts, at }) => {
      const lost = { ...facts, checks: facts.checks.toSpliced(at, 1) };
      return verdict(lost) !== 'ready' && verdict(changed(facts, at, { state: 'unreachable' })) !== 'ready';
    });
    expect(fc.check(property, RUNS).counterexample).toBeNull();
  });

  it('does not get ready by waiting, once its clocks agree', () => {
    const ages = fc.integer({ min: 0, max: 400_000 });
    const property = fc.property(worlds, ages, (facts, seconds) => {
      const past = { ...facts, checks: facts.checks.filter(({ observedAt }) => observedAt <= facts.now) };
      return verdict(past) === 'ready' || verdict(later(past, seconds)) !== 'ready';
    });
    expect(fc.check(property, RUNS).counterexample).toBeNull();
  });

  it('gets no more than unknown by waiting for ever', () => {
    expect(broken((facts) => expectedOf(facts).length === 0 || verdict(later(facts, 1e9)) !== 'ready')).toBeNull();
  });

  it('is judged the same in whatever order the checks come', () => {
    const shuffled = worlds.chain((facts) =>
      fc.record({
        facts: fc.constant(facts),
        checks: fc.shuffledSubarray([...facts.checks], { minLength: facts.checks.length }),
      }),
    );
    const property = fc.property(shuffled, ({ facts, checks }) =>
      isDeepStrictEqual(readiness({ ...facts, checks }), readiness(facts)),
    );
    expect(fc.check(property, RUNS).counterexample).toBeNull();
  });

  it('is judged the same whatever is known of other versions and of what it does not need', () => {
    const property = fc.property(worlds, fc.constantFrom(...STATES), (facts, state) => {
      const others = facts.checks.map((check) => ({ ...check, version: 99, state }));
      const unneeded = [checkOf('pin', 'file:///data/e', { state }), checkOf('env', 'PLAIN', { state })];
      return isDeepStrictEqual(
        readiness({ ...facts, checks: [...others, ...facts.checks, ...unneeded] }),
        readiness(facts),
      );
    });
    expect(fc.check(property, RUNS).counterexample).toBeNull();
  });

  it('says of each part how much of it fails and is unknown, names those first, and never more than ten', () => {
    const faulty = broken((facts) =>
      readiness(facts).checklist.every(({ name, state, failing, unknown, expected, subjects, next }) => {
        if (name === 'rollback-target') return true;
        const told = failing > 0 ? 'fail' : unknown > 0 ? 'unknown' : 'pass';
        const named = subjects.length === Math.min(10, failing + unknown) && failing + unknown <= expected;
        const first = subjects.slice(0, failing).every(({ judgement }) => judgement === 'fail');
        const fits = state === told || (name === 'config' && expected === 0 && state === 'warn');
        return named && first && fits && (state === 'pass') === (next === null);
      }),
    );
    expect(faulty).toBeNull();
  });
});

describe('an alias whose target is there in all its parts, looked at a moment ago', () => {
  it('is ready', () => {
    expect(counterexample(healthy, (facts) => verdict(facts) === 'ready')).toBeNull();
  });

  it('is ready for exactly as long as its shortest-lived check counts', () => {
    const faulty = counterexample(healthy, (facts) => {
      const ages = expectedOf(facts).map(({ kind }) => MAX_AGES[kind]);
      const until = Math.min(...ages, 1e9) - 1;
      return (
        verdict(later(facts, until)) === 'ready' &&
        (ages.length === 0) === (verdict(later(facts, until + 1)) === 'ready')
      );
    });
    expect(faulty).toBeNull();
  });

  it('is not ready for ever on a check whose clock ran ahead', () => {
    const property = fc.property(healthy, fc.integer({ min: 61, max: 1e8 }), (facts, ahead) => {
      const checks = facts.checks.map((check) => ({ ...check, observedAt: new Date(NOW.getTime() + ahead * 1000) }));
      return checks.length === 0 || verdict({ ...facts, checks }) === 'unknown';
    });
    expect(fc.check(property, RUNS).counterexample).toBeNull();
  });
});
