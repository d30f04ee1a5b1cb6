import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseEvictions, type Evictable } from '../../../src/agent/cache/choose-evictions.js';

const PARTS = ['a', 'b', 'c', 'd', 'e', 'f'];

const cases = fc.record({
  needed: fc.nat(200),
  free: fc.integer({ min: -50, max: 100 }),
  sizes: fc.tuple(...PARTS.map((part) => fc.tuple(fc.constant(part), fc.nat(40)))).map((pairs) => new Map(pairs)),
  things: fc.uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[a-z]{1,3}$/),
      neededAt: fc.nat(5),
      isProtected: fc.boolean(),
      contents: fc.subarray(PARTS).map((parts) => new Set(parts)),
    }),
    { selector: ({ name }) => name, maxLength: 7 },
  ),
});

/** Bytes that are free once these things are gone. */
function freeWithout(gone: readonly string[], free: number, things: Evictable[], sizes: Map<string, number>): number {
  const kept = new Set(things.filter(({ name }) => !gone.includes(name)).flatMap(({ contents }) => [...contents]));
  const dropped = new Set(things.filter(({ name }) => gone.includes(name)).flatMap(({ contents }) => [...contents]));
  return [...dropped].filter((part) => !kept.has(part)).reduce((sum, part) => sum + (sizes.get(part) ?? 0), free);
}

const unprotected = (things: Evictable[]): string[] =>
  things.filter(({ isProtected }) => !isProtected).map(({ name }) => name);

describe('what is chosen to go', () => {
  it('is never protected', () => {
    fc.assert(
      fc.property(cases, ({ needed, free, things, sizes }) => {
        const { evict } = chooseEvictions(needed, free, things, sizes);
        expect(unprotected(things)).toEqual(expect.arrayContaining([...evict]));
      }),
    );
  });

  it('is enough exactly where everything that may go would be, and nothing otherwise', () => {
    fc.assert(
      fc.property(cases, ({ needed, free, things, sizes }) => {
        const { evict, isEnough, mostFree } = chooseEvictions(needed, free, things, sizes);
        expect(mostFree).toBe(freeWithout(unprotected(things), free, things, sizes));
        expect(isEnough).toBe(mostFree >= needed);
        expect(freeWithout(evict, free, things, sizes)).toBeGreaterThanOrEqual(isEnough ? needed : free);
        expect(evict.length > 0 && !isEnough).toBe(false);
      }),
    );
  });

  it('has nothing that could have been spared', () => {
    fc.assert(
      fc.property(cases, ({ needed, free, things, sizes }) => {
        const { evict } = chooseEvictions(needed, free, things, sizes);
        for (const name of evict) {
          const others = evict.filter((other) => other !== name);
          expect(freeWithout(others, free, things, sizes)).toBeLessThan(needed);
        }
      }),
    );
  });

  it('is what was needed longest ago: everything that was needed later stays where the older things are enough', () => {
    fc.assert(
      fc.property(cases, ({ needed, free, things, sizes }) => {
        const { evict } = chooseEvictions(needed, free, things, sizes);
        const last = Math.max(...things.filter(({ name }) => evict.includes(name)).map(({ neededAt }) => neededAt));
        const older = things.filter(({ isProtected, neededAt }) => !isProtected && neededAt < last);
        if (evict.length === 0) return;
        const names = older.map(({ name }) => name);
        expect(freeWithout(names, free, things, sizes)).toBeLessThan(needed);
      }),
    );
  });

  it('leaves what an unprotected version shares with a protected one', () => {
    const things = [
      { name: 'old', neededAt: 1, isProtected: false, contents: new Set(['shared', 'own']) },
      { name: 'target', neededAt: 0, isProtected: true, contents: new Set(['shared']) },
    ];
    const sizes = new Map([
      ['shared', 100],
      ['own', 10],
    ]);
    expect(chooseEvictions(10, 0, things, sizes)).toEqual({ evict: ['old'], isEnough: true, mostFree: 10 });
    expect(chooseEvictions(11, 0, things, sizes)).toEqual({ evict: [], isEnough: false, mostFree: 10 });
  });
});
