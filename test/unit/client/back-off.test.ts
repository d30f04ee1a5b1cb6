import { expect, it } from 'vitest';
import { backOffMs, sleep } from '../../../src/client/back-off.js';

const limits = { baseMs: 100, capMs: 1_000 };

it.each([
  [0, 0, 50],
  [0, 1, 100],
  [1, 0, 100],
  [3, 1, 800],
  [4, 0, 500],
  [400, 1, 1_000],
])('after %i failures, with luck %d, waits %d ms', (failures, luck, expected) => {
  expect(backOffMs(failures, limits, () => luck)).toBe(expected);
});

it('wakes at once with the reason of the signal', async () => {
  const stop = new AbortController();
  const waiting = sleep(60_000, stop.signal);
  stop.abort(new Error('closing'));
  await expect(waiting).rejects.toThrow('closing');
  await expect(sleep(60_000, stop.signal)).rejects.toThrow('closing');
});
