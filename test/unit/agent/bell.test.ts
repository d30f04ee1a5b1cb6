import { describe, expect, it } from 'vitest';
import { Attempts } from '../../../src/agent/loop/attempts.js';
import { Bell } from '../../../src/agent/loop/bell.js';

describe('a bell', () => {
  const { signal } = new AbortController();

  it('that rang while nobody waited ends the next wait at once, and only that one', async () => {
    const bell = new Bell();
    bell.ring();
    await bell.wait(Infinity, signal);
    const order: string[] = [];
    const waiting = bell.wait(Infinity, signal).then(() => order.push('woken'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    order.push('rung');
    bell.ring();
    await waiting;
    expect(order).toEqual(['rung', 'woken']);
  });

  it('lets a wait end by its time, and by an abort with its reason', async () => {
    const bell = new Bell();
    await bell.wait(1, signal);
    const stop = new AbortController();
    const waiting = bell.wait(Infinity, stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});

describe('what failed', () => {
  it('is tried again later and later, at once when something changed, and counts until it worked', () => {
    let now = 0;
    const attempts = new Attempts({ baseMs: 100, capMs: 1000 }, () => now);
    const waits = [1, 2, 3, 4, 5, 6].map(() => attempts.failed('a', 'no').retryAt - now);
    expect(waits[0]).toBeLessThanOrEqual(100);
    expect(waits[5]).toBeGreaterThanOrEqual(500);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1000);
    now = 50;
    attempts.retryNow();
    expect(attempts.of('a')).toMatchObject({ count: 6, retryAt: -Infinity });
    attempts.worked('a');
    expect(attempts.of('a')).toBeUndefined();
  });
});
