import { describe, expect, it } from 'vitest';
import { allOrFirstFailure } from '../../../src/agent/download/all-or-first-failure.js';
import { KeyedTurns } from '../../../src/agent/download/keyed-turns.js';
import { ProgressTeller, type Progress } from '../../../src/agent/download/progress.js';
import { Rate } from '../../../src/agent/download/rate.js';
import { sizeText } from '../../../src/agent/cache/index.js';

const never = new AbortController().signal;

describe('taking turns by name', () => {
  it('lets one at a time in, in order, and other names past', async () => {
    const turns = new KeyedTurns();
    const log: string[] = [];
    const open: (() => void)[] = [];
    const hold = (what: string) => (): Promise<void> => {
      log.push(what);
      return new Promise((resolve) => open.push(resolve));
    };
    const first = turns.run('a', never, hold('first'));
    const stop = new AbortController();
    const leaver = turns.run('a', stop.signal, hold('leaver'));
    const second = turns.run('a', never, hold('second'));
    const other = turns.run('b', never, hold('other'));
    stop.abort(new Error('waited long enough'));
    await expect(leaver).rejects.toThrow('waited long enough');
    const third = turns.run('a', never, hold('third'));
    expect(log).toEqual(['first', 'other']);
    for (const promise of [first, other, second, third]) {
      await expect.poll(() => open.length, { timeout: 60_000 }).toBeGreaterThan(0);
      open.shift()?.();
      await promise;
    }
    expect(log).toEqual(['first', 'other', 'second', 'third']);
  });
});

describe('work in which one failure stops the rest', () => {
  it('throws the first failure, after everything has ended', async () => {
    let ended = 0;
    const work = allOrFirstFailure([1, 2, 3], never, async (number, signal) => {
      if (number === 2) throw new Error('the second failed');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      ended += 1;
      signal.throwIfAborted();
    });
    await expect(work).rejects.toThrow('the second failed');
    expect(ended).toBe(2);
  });
});

describe('progress', () => {
  it('has the rate of the last ten seconds, and the time that is left at it', () => {
    let clock = 0;
    const told: Progress[] = [];
    const teller = new ProgressTeller(
      (progress) => told.push(progress),
      1_000,
      () => clock,
    );
    teller.begin(100_000);
    teller.become('downloading');
    for (let at = 0; at < 30; at++) {
      clock += 1_000;
      teller.took(at < 15 ? 100 : 1_000);
    }
    expect(told.at(-1)).toMatchObject({ bytesDone: 16_500, bytesTotal: 100_000, bytesPerSecond: 1_000, etaMs: 83_500 });
    expect(teller.fetched).toBe(16_500);
  });

  it('goes from downloading to verifying when all bytes are here, and back when they were wrong', () => {
    const told: string[] = [];
    const teller = new ProgressTeller(({ state }) => told.push(state), 1e9);
    teller.begin(10);
    teller.become('downloading');
    teller.took(10);
    teller.found(-10);
    teller.took(10);
    expect(told).toEqual(['downloading', 'verifying', 'downloading', 'verifying']);
    expect(teller.fetched).toBe(20);
  });

  it('has no rate before there is one', () => {
    expect(new Rate(() => 5).bytesPerSecond).toBe(0);
  });
});

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1_234_567, '1.23 MB'],
  [140e9, '140 GB'],
  [3.5e15, '3500 TB'],
])('%d bytes are written %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});
