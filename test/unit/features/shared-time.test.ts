import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SharedTime } from '../../../src/features/checks/shared-time.js';

describe('time that readings at once share', () => {
  it('goes to the one that is under way alone', () => {
    let now = 0;
    const spent = new SharedTime(() => now);
    const clock = spent.begin();
    now = 70;
    expect(clock.part()).toBe(70);
    clock.end();
    now = 90;
    expect(clock.part()).toBe(70);
  });

  it('is given in equal parts to those that are under way together', () => {
    let now = 0;
    const spent = new SharedTime(() => now);
    const first = spent.begin();
    now = 10;
    const second = spent.begin();
    now = 30;
    first.end();
    now = 35;
    second.end();
    expect([first.part(), second.part()]).toEqual([20, 15]);
  });

  it('comes in all parts together to the time in which any was under way, however they overlap', () => {
    const readings = fc.array(fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 1, max: 300 })), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(readings, (spans) => {
        let now = 0;
        const spent = new SharedTime(() => now);
        const clocks = spans.map(() => null as ReturnType<SharedTime['begin']> | null);
        let busy = 0;
        for (; now <= 1300; now += 1) {
          spans.forEach(([from, length], at) => {
            if (now === from) clocks[at] = spent.begin();
            if (now === from + length) clocks[at]?.end();
          });
          if (spans.some(([from, length]) => now >= from && now < from + length)) busy += 1;
        }
        const parts = clocks.reduce((sum, clock) => sum + (clock?.part() ?? 0), 0);
        expect(parts).toBeCloseTo(busy, 6);
      }),
    );
  });
});
