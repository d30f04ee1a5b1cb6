import { expect, it } from 'vitest';
import { Latest } from '../../../src/client/latest.js';

it('hands over only the newest of what came while nobody asked', async () => {
  const latest = new Latest<number>();
  latest.put(1);
  latest.put(2);
  await expect(latest.next()).resolves.toBe(2);
  const waiting = latest.next();
  latest.put(3);
  await expect(waiting).resolves.toBe(3);
});

it('hands over the last value before an error or the end', async () => {
  const failed = new Latest<number>();
  failed.put(1);
  failed.fail(new Error('refused'));
  await expect(failed.next()).resolves.toBe(1);
  await expect(failed.next()).rejects.toThrow('refused');

  const ended = new Latest<number>();
  ended.put(1);
  ended.end();
  await expect(ended.next()).resolves.toBe(1);
  await expect(ended.next()).resolves.toBeNull();
});
