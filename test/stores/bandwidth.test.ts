import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Bandwidth } from '../../src/stores/bandwidth.js';
import { allOf, chunksOf, flowing, freshBytes } from './sample-bytes.js';
import { thrownBy } from './thrown-by.js';

const KIB = 1024;
const MIB = 1024 * KIB;

const streamOf = (bytes: Uint8Array): Readable => Readable.from(chunksOf(bytes), { objectMode: false });

/** How many bytes have come out of the streams. */
function countedFrom(streams: readonly Readable[]): number[] {
  const counts = streams.map(() => 0);
  streams.forEach((stream, at) =>
    stream
      .on('data', (chunk: Uint8Array) => (counts[at] = (counts[at] ?? 0) + chunk.byteLength))
      .on('error', () => undefined),
  );
  return counts;
}

describe('a shared bandwidth', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }));
  afterEach(() => void vi.useRealTimers());

  it('lets so many bytes through in a second, from all streams together and in equal shares', async () => {
    const bandwidth = new Bandwidth(8 * MIB);
    const counts = countedFrom([1, 2, 3].map(() => bandwidth.paced(flowing(64).open())));
    for (let second = 1; second <= 3; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      const all = counts.reduce((sum, count) => sum + count, 0);
      expect(all).toBeLessThanOrEqual(second * 8 * MIB);
      expect(all).toBeGreaterThan(second * 7.5 * MIB);
    }
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2 * MIB);
  });

  it('changes no byte, however large the pieces that come and however slow the pace', async () => {
    const bytes = freshBytes(300_000);
    const bandwidth = new Bandwidth(10 * KIB);
    const paced = bandwidth.paced(Readable.from([bytes], { objectMode: false }));
    const read = allOf(Promise.resolve(paced));
    await vi.advanceTimersByTimeAsync(31_000);
    expect((await read).equals(bytes)).toBe(true);
  });

  it('has no limit at 0', async () => {
    const bytes = freshBytes(20 * MIB);
    expect((await allOf(Promise.resolve(new Bandwidth(0).paced(streamOf(bytes))))).equals(bytes)).toBe(true);
  });

  it('ends a stream that waits with the reason of the abort, and its source with it', async () => {
    const abort = new AbortController();
    const source = streamOf(freshBytes(MIB));
    const reading = thrownBy(allOf(Promise.resolve(new Bandwidth(1).paced(source, abort.signal))));
    await vi.advanceTimersByTimeAsync(100);
    abort.abort(new Error('enough'));
    expect(await reading).toMatchObject({ message: 'enough' });
    await vi.advanceTimersByTimeAsync(100);
    expect(source.destroyed).toBe(true);
  });

  it('hands on what a source breaks with, and lets others go on', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield freshBytes(10);
      throw new Error('broke');
    }
    const bandwidth = new Bandwidth(MIB);
    const first = thrownBy(allOf(Promise.resolve(bandwidth.paced(Readable.from(broken(), { objectMode: false })))));
    const bytes = freshBytes(100 * KIB);
    const second = allOf(Promise.resolve(bandwidth.paced(streamOf(bytes))));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await first).toMatchObject({ message: 'broke' });
    expect((await second).equals(bytes)).toBe(true);
  });

  it('ends the source of a stream that nobody wants any more', async () => {
    const source = streamOf(freshBytes(MIB));
    const paced = new Bandwidth(MIB).paced(source);
    paced.destroy();
    await vi.advanceTimersByTimeAsync(100);
    expect(source.destroyed).toBe(true);
  });
});
