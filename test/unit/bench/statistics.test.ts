import { describe, expect, it } from 'vitest';
import { figureLine, judge } from '../../../bench/support/figure.mjs';
import { median, percentile } from '../../../bench/support/statistics.mjs';

describe("the benchmarks' arithmetic", () => {
  it('takes the middle value, or the mean of the two middle ones', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('takes as a percentile a value that was measured', () => {
    const hundred = Array.from({ length: 100 }, (_, n) => n + 1);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile([7], 0.5)).toBe(7);
  });

  it('judges the very number that it prints', () => {
    const measured = { bench: 'resolve', ratio: 0.79951, bar: 0.8, better: 'higher' as const };
    expect(judge(measured)).toMatchObject({ ratio: 0.8, pass: true });
    expect(judge({ ...measured, better: 'lower', ratio: 0.801 }).pass).toBe(false);
    const line = { bench: 'resolve', ratio: 0.8, bar: 0.8, better: 'higher', pass: true };
    expect(JSON.parse(figureLine(judge(measured)))).toEqual(line);
  });
});
