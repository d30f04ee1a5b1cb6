import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreError } from '../../src/stores/store-error.js';
import { allOf, freshBytes } from './sample-bytes.js';
import { thrownBy } from './thrown-by.js';
import type { MakeReadable, ReadableUnderTest } from './store-under-test.js';

/** What holds for every store that can be read, whatever its URIs look like. */
export function readContract(make: MakeReadable): void {
  let at: ReadableUnderTest;
  beforeAll(async () => (at = await make()));
  afterAll(() => at?.close());

  describe('a part of an object', () => {
    const bytes = freshBytes(1_000);
    let uri: string;
    beforeAll(async () => (uri = await at.plant('parted', bytes)));

    it.each([
      ['from the start', { start: 0, end: 9 }, 0, 10],
      ['from the middle', { start: 500, end: 509 }, 500, 510],
      ['to the end', { start: 990 }, 990, 1_000],
      ['over the end', { start: 990, end: 5_000 }, 990, 1_000],
      ['one byte', { start: 999, end: 999 }, 999, 1_000],
      ['up to a byte', { end: 4 }, 0, 5],
    ])('is read %s, both ends included', async (_what, range, from, to) => {
      expect((await allOf(at.store.read(uri, range))).equals(bytes.subarray(from, to))).toBe(true);
    });

    it('is refused when it begins behind the last byte', async () => {
      const error = await thrownBy(at.store.read(uri, { start: 1_000 }));
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toMatchObject({ code: 'range-outside', uri });
    });

    it('is refused when there are no bytes at all', async () => {
      const empty = await at.plant('empty', Buffer.alloc(0));
      expect((await allOf(at.store.read(empty))).byteLength).toBe(0);
      expect(await thrownBy(at.store.read(empty, { start: 0, end: 9 }))).toMatchObject({ code: 'range-outside' });
    });

    it.each([{ start: -1 }, { start: 1.5 }, { start: 5, end: 4 }, { end: Number.NaN }])(
      'cannot be %j',
      async (range) => {
        expect(await thrownBy(at.store.read(uri, range))).toBeInstanceOf(RangeError);
      },
    );
  });

  it('says missing where nothing lies', async () => {
    const uri = at.uriNamed('never/was');
    expect(await at.store.stat(uri)).toEqual({ state: 'missing', evidence: expect.any(String) });
    expect(await thrownBy(at.store.read(uri))).toMatchObject({ name: 'StoreError', code: 'missing' });
  });

  it('says forbidden where it may not read', async () => {
    await at.whileForbidden(async (uri) => {
      expect(await at.store.stat(uri)).toEqual({ state: 'forbidden', evidence: expect.any(String) });
      expect(await thrownBy(at.store.read(uri))).toMatchObject({ name: 'StoreError', code: 'forbidden' });
    });
  });

  it('says unreachable, not missing, during an outage, and sees the object again afterwards', async () => {
    const uri = await at.plant('outlives/an outage', freshBytes(10));
    await at.whileUnreachable(async () => {
      expect(await at.store.stat(uri)).toEqual({ state: 'unreachable', evidence: expect.any(String) });
      expect(await thrownBy(at.store.read(uri))).toMatchObject({ name: 'StoreError', code: 'unreachable' });
    });
    expect(await at.store.stat(uri)).toMatchObject({ state: 'present' });
  });

  it('ends a stream with the reason of the abort', async () => {
    const uri = await at.plant('large', freshBytes(4_000_000));
    const abort = new AbortController();
    const stream = await at.store.read(uri, { signal: abort.signal });
    const reading = async (): Promise<void> => {
      for await (const chunk of stream) {
        if (chunk !== null) abort.abort(new Error('enough'));
      }
    };
    await expect(reading()).rejects.toThrow('enough');
  });

  it('gives nothing to a caller who has hung up already', async () => {
    const uri = await at.plant('small', freshBytes(10));
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(at.store.stat(uri, { signal })).rejects.toThrow('gone');
    await expect(at.store.read(uri, { signal })).rejects.toThrow('gone');
  });

  it('sees nothing at a URI that it refuses', async () => {
    for (const uri of ['file:///etc/passwd', 's3://somebody-elses/bucket', 'nonsense', '']) {
      expect(await at.store.refuses(uri)).not.toBeNull();
      expect(await at.store.stat(uri)).toMatchObject({ state: 'forbidden' });
      expect(await thrownBy(at.store.read(uri))).toMatchObject({ name: 'StoreError', code: 'forbidden' });
    }
  });
}
