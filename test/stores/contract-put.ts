import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { peakMemory } from './peak-memory.js';
import { allOf, chunksOf, flowing, freshBytes, putOf } from './sample-bytes.js';
import type { MakeStore, StoreUnderTest } from './store-under-test.js';

const MIB = 1024 * 1024;

export function putContract(make: MakeStore): void {
  let at: StoreUnderTest;
  beforeAll(async () => (at = await make()));
  afterAll(() => at?.close());

  it.each([
    ['no bytes at all', 0],
    ['one byte', 1],
    ['100,000 bytes', 100_000],
    ['exactly one part of an upload', 8 * MIB],
    ['several parts and a rest', 20 * MIB + 17],
  ])('stores %s under their digest and gives them back', async (_what, size) => {
    const bytes = freshBytes(size);
    const request = putOf(bytes);
    const { uri, created } = await at.store.put(request);
    expect(created).toBe(true);
    expect(uri).toBe(at.store.uriOf(request.digest));
    expect(await at.store.refuses(uri)).toBeNull();
    expect(await at.store.stat(uri)).toMatchObject({ state: 'present', size });
    expect((await allOf(at.store.read(uri))).equals(bytes)).toBe(true);
  });

  it('does not even open the bytes when they lie there already', async () => {
    const request = putOf(freshBytes(5_000));
    const { uri } = await at.store.put(request);
    const open = vi.fn<() => Readable>(request.open);
    expect(await at.store.put({ ...request, open })).toEqual({ uri, created: false });
    expect(open).not.toHaveBeenCalled();
  });

  it('takes one digest from eight callers at once', async () => {
    const bytes = freshBytes(9 * MIB);
    const request = putOf(bytes);
    const results = await Promise.all(Array.from({ length: 8 }, () => at.store.put(request)));
    expect(new Set(results.map(({ uri }) => uri))).toEqual(new Set([at.store.uriOf(request.digest)]));
    expect(results.some(({ created }) => created)).toBe(true);
    expect((await allOf(at.store.read(at.store.uriOf(request.digest)))).equals(bytes)).toBe(true);
    expect(await at.leftovers()).toEqual([]);
  });

  it('shows nothing before the last byte has come', async () => {
    const bytes = freshBytes(18 * MIB);
    const uri = at.store.uriOf(putOf(bytes).digest);
    const seen: string[] = [];
    const open = (): Readable => Readable.from(lookingOnTheWay(), { objectMode: false });
    async function* lookingOnTheWay(): AsyncGenerator<Uint8Array> {
      for (const chunk of chunksOf(bytes)) {
        if (seen.length === 0 || chunk.byteOffset + chunk.byteLength === bytes.byteLength) {
          seen.push((await at.store.stat(uri)).state);
        }
        yield chunk;
      }
    }
    await at.store.put(putOf(bytes, { open }));
    expect(seen).toEqual(['missing', 'missing']);
    expect((await at.store.stat(uri)).state).toBe('present');
  });

  it('puts the right bytes in the place of damaged ones', async () => {
    const bytes = freshBytes(3_000);
    const request = putOf(bytes);
    const { uri } = await at.store.put(request);
    await at.damage(request.digest, bytes.subarray(0, 2_000));
    expect(await at.store.put(request)).toEqual({ uri, created: true });
    expect((await allOf(at.store.read(uri))).equals(bytes)).toBe(true);
  });

  it('moves 160 MiB in and out without holding them in memory', async () => {
    const large = flowing(160);
    const writing = await peakMemory(() => at.store.put(large));
    const reading = await peakMemory(async () => {
      let size = 0;
      for await (const chunk of (await at.store.read(writing.result.uri)) as AsyncIterable<Uint8Array>) {
        size += chunk.byteLength;
      }
      return size;
    });
    expect(reading.result).toBe(large.size);
    expect(writing.mebibytes).toBeLessThan(96);
    expect(reading.mebibytes).toBeLessThan(96);
  });

  it('refuses what is not a digest, since it becomes a path', () => {
    expect(() => at.store.uriOf('sha256:../../etc/passwd')).toThrow(TypeError);
  });
}
