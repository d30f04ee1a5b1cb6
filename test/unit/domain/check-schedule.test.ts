import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkInterval,
  DEPTHS,
  secondsUntilNext,
  secondsUntilRetry,
  URGENCIES,
  urgencyOf,
  type Intervals,
} from '../../../src/domain/check-schedule.js';
import { ROLES } from '../../../src/domain/role.js';

const some = fc.integer({ min: 1, max: 1e8 });
const ordered = fc
  .tuple(some, some, some)
  .map((seconds) => seconds.toSorted((a, b) => a - b))
  .map(([needed = 1, kept = 1, other = 1]) => ({ needed, kept, other }));
const intervals: fc.Arbitrary<Intervals> = fc.record({ look: ordered, deep: ordered });
const roles = fc.constantFrom(...ROLES, null);
const depths = fc.constantFrom(...DEPTHS);

describe('the schedule of checks', () => {
  it('checks the more urgent version no less often, where the settings do not say otherwise', () => {
    fc.assert(
      fc.property(intervals, depths, roles, roles, (given, depth, one, other) => {
        const [first, second] = [one, other].toSorted((a, b) => urgencyOf(a) - urgencyOf(b));
        const seconds = [first, second].map((role) => checkInterval(given, depth, role ?? null) ?? Infinity);
        expect(seconds[0]).toBeLessThanOrEqual(seconds[1] ?? 0);
      }),
    );
  });

  it('looks again at what asked to be left alone after that, and never later than it would have looked anyway', () => {
    const random = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(intervals, roles, fc.integer({ min: 0, max: 600 }), random, (given, role, wait, drawn) => {
        const next = secondsUntilNext(checkInterval(given, 'look', role) ?? Infinity, drawn);
        const seconds = secondsUntilRetry(given, role, wait, drawn) ?? NaN;
        expect(seconds).toBeLessThanOrEqual(next);
        expect(seconds).toBeGreaterThanOrEqual(Math.min(wait, next));
      }),
    );
  });

  it.each([
    ['live', 0, 30],
    ['live', 1, 30 + 45],
    ['kept', 1, 30 + 300],
    [null, 0.5, 30 + 1800],
    [null, 1, 30 + 3600],
  ] as const)('strews the looks at what was turned away: %s, drawn %d, after %d s', (role, drawn, seconds) => {
    const look = { needed: 300, kept: 3600, other: 7 * 86_400 };
    expect(secondsUntilRetry({ look, deep: look }, role, 30, drawn)).toBe(seconds);
    expect(secondsUntilRetry({ look: { needed: 0, kept: 0, other: 0 }, deep: look }, role, 30, drawn)).toBeNull();
  });

  it('never lets more time pass than the interval, and never less than 85 % of it', () => {
    fc.assert(
      fc.property(some, fc.double({ min: 0, max: 1, noNaN: true }), (interval, random) => {
        const seconds = secondsUntilNext(interval, random);
        expect(seconds).toBeLessThanOrEqual(interval);
        expect(seconds).toBeGreaterThanOrEqual(interval * 0.85 - 1e-6);
      }),
    );
  });

  it('pulls apart what was checked together: no two draws fall due together', () => {
    fc.assert(
      fc.property(some, fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { minLength: 2 }), (interval, draws) => {
        const due = draws.map((draw) => secondsUntilNext(interval, draw / 1000));
        expect(new Set(due).size).toBe(draws.length);
      }),
    );
  });

  it('takes 0 for never', () => {
    const never: Intervals = { look: { needed: 0, kept: 0, other: 0 }, deep: { needed: 0, kept: 0, other: 0 } };
    fc.assert(fc.property(depths, roles, (depth, role) => checkInterval(never, depth, role) === null));
  });

  it('sorts roles as they stand, and those without one behind them', () => {
    expect([...ROLES, null].map(urgencyOf)).toEqual([0, 1, 2, 3, 4]);
    expect(URGENCIES).toEqual([...ROLES, 'other']);
  });
});
