import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesIn,
  frontOf,
  missingIn,
  rangesIn,
  withRange,
  type ByteRange,
  type Ranges,
} from '../../../src/agent/download/ranges.js';

const SIZE = 60;
const range = fc
  .tuple(fc.nat(SIZE), fc.nat(SIZE))
  .map(([one, other]): ByteRange => ({ start: Math.min(one, other), end: Math.max(one, other) }));
const added = fc.array(range, { maxLength: 12 });

const joined = (all: readonly ByteRange[]): Ranges => all.reduce<Ranges>((ranges, one) => withRange(ranges, one), []);

/** The bytes of ranges, one by one. */
function bytesOf(all: readonly ByteRange[]): number[] {
  const bytes = new Set<number>();
  for (const { start, end } of all) for (let at = start; at < end; at++) bytes.add(at);
  return [...bytes].toSorted((a, b) => a - b);
}

describe('the ranges of a file that are there', () => {
  it('have exactly the bytes that were added, in order and with gaps between them', () => {
    fc.assert(
      fc.property(added, (all) => {
        const ranges = joined(all);
        expect(bytesOf(ranges)).toEqual(bytesOf(all));
        expect(bytesIn(ranges)).toBe(bytesOf(all).length);
        for (const [at, { start, end }] of ranges.entries()) {
          expect(start).toBeGreaterThan(ranges[at - 1]?.end ?? -1);
          expect(end).toBeGreaterThan(start);
        }
      }),
    );
  });

  it('lack the rest, in parts that no multiple of the part size cuts through', () => {
    fc.assert(
      fc.property(added, fc.integer({ min: 1, max: 70 }), (all, partBytes) => {
        const missing = missingIn(joined(all), SIZE, partBytes);
        const there = new Set(bytesOf(all));
        const expected = Array.from({ length: SIZE }, (_, at) => at).filter((at) => !there.has(at));
        expect(missing.flatMap((one) => bytesOf([one]))).toEqual(expected);
        for (const { start, end } of missing)
          expect(Math.floor(start / partBytes)).toBe(Math.floor((end - 1) / partBytes));
      }),
    );
  });

  it('have a front that ends at the first byte that is missing', () => {
    fc.assert(
      fc.property(added, (all) => {
        const missing = missingIn(joined(all), SIZE, SIZE);
        expect(frontOf(joined(all))).toBe(missing[0]?.start ?? SIZE);
      }),
    );
  });

  it('come back out of a journal as they went in', () => {
    fc.assert(
      fc.property(added, (all) => {
        const ranges = joined(all);
        expect(rangesIn(JSON.parse(JSON.stringify(ranges)), SIZE)).toEqual(ranges);
      }),
    );
  });

  it.each([
    [
      'that overlap',
      [
        { start: 0, end: 5 },
        { start: 4, end: 9 },
      ],
    ],
    [
      'that touch',
      [
        { start: 0, end: 5 },
        { start: 5, end: 9 },
      ],
    ],
    [
      'out of order',
      [
        { start: 6, end: 9 },
        { start: 0, end: 5 },
      ],
    ],
    ['that are empty', [{ start: 3, end: 3 }]],
    ['behind the end', [{ start: 3, end: SIZE + 1 }]],
    ['that are no numbers', [{ start: '0', end: 5 }]],
    ['that are nothing', [null]],
    ['that are no list', { start: 0, end: 5 }],
  ])('are not believed from a journal with ranges %s', (_what, value) => {
    expect(rangesIn(value, SIZE)).toBeNull();
  });
});
