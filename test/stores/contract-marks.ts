import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectObservation } from '../../src/stores/artifact-store.js';
import { allListed } from './all-listed.js';
import { allOf, freshBytes } from './sample-bytes.js';
import { thrownBy } from './thrown-by.js';
import type { MakeReadable, MakeStore, ReadableUnderTest, StoreUnderTest } from './store-under-test.js';

function markOf(seen: ObjectObservation): string {
  if (seen.state !== 'present' || seen.mark === undefined) throw new Error(`no mark: ${JSON.stringify(seen)}`);
  return seen.mark;
}

/** What holds for every store whose objects may change under their URIs. */
export function marksContract(make: MakeReadable): void {
  let at: ReadableUnderTest;
  beforeAll(async () => (at = await make()));
  afterAll(() => at?.close());

  it('gives an object the same mark on two looks', async () => {
    const uri = await at.plant('unchanging', freshBytes(10));
    expect(markOf(await at.store.stat(uri))).toBe(markOf(await at.store.stat(uri)));
  });

  it('gives it another mark whenever other bytes of the same size are written', async () => {
    const marks = new Set<string>();
    for (let writing = 0; writing < 25; writing++)
      marks.add(markOf(await at.store.stat(await at.plant('overwritten', freshBytes(10)))));
    expect(marks.size).toBe(25);
  });

  it('reads what bears the mark, and any part of it', async () => {
    const bytes = freshBytes(100);
    const uri = await at.plant('marked', bytes);
    const ifMark = markOf(await at.store.stat(uri));
    expect((await allOf(at.store.read(uri, { ifMark }))).equals(bytes)).toBe(true);
    expect((await allOf(at.store.read(uri, { ifMark, start: 40, end: 59 }))).equals(bytes.subarray(40, 60))).toBe(true);
    expect(await thrownBy(at.store.read(uri, { ifMark, start: 100 }))).toMatchObject({ code: 'range-outside' });
  });

  it.each([
    ['of the same size', 100],
    ['fewer, so that the range lies outside', 10],
    ['more', 1_000],
  ])('refuses to read once there are other bytes: %s', async (_what, size) => {
    const uri = await at.plant('replaced', freshBytes(100));
    const ifMark = markOf(await at.store.stat(uri));
    await at.plant('replaced', freshBytes(size));
    for (const range of [{}, { start: 50 }, { start: 50, end: 60 }]) {
      const error = await thrownBy(at.store.read(uri, { ifMark, ...range }));
      expect(error).toMatchObject({ name: 'StoreError', code: 'changed', uri });
    }
    expect(await thrownBy(at.store.read(uri, { ifMark: 'some other mark' }))).toMatchObject({ code: 'changed' });
  });

  it('says missing, and not changed, where nothing lies any more', async () => {
    const uri = at.uriNamed('never/marked');
    expect(await thrownBy(at.store.read(uri, { ifMark: 'etag:x' }))).toMatchObject({ code: 'missing' });
  });
}

/** What holds for those whose objects also lie below prefixes. */
export function prefixMarksContract(make: MakeStore): void {
  let at: StoreUnderTest;
  beforeAll(async () => (at = await make()));
  afterAll(() => at?.close());

  describe('a prefix', () => {
    it('keeps its mark while nothing below it changes, and gets another with each change', async () => {
      const prefix = at.uriNamed('marked/');
      for (const name of ['b', 'a/c', 'a b']) await at.plant(`marked/${name}`, freshBytes(10));
      const marks = [markOf(await at.store.stat(prefix))];
      expect(markOf(await at.store.stat(prefix))).toBe(marks[0]);
      await at.plant('marked/a/c', freshBytes(10));
      marks.push(markOf(await at.store.stat(prefix)));
      await at.plant('marked/d', freshBytes(0));
      marks.push(markOf(await at.store.stat(prefix)));
      expect(new Set(marks).size).toBe(3);
    });

    it('lists its files with marks that they can be read with', async () => {
      const bytes = freshBytes(10);
      await at.plant('listed/one', bytes);
      const [file] = await allListed(at.store.list(at.uriNamed('listed/')));
      const { uri = '', mark } = file ?? {};
      expect(mark).toEqual(expect.any(String));
      expect((await allOf(at.store.read(uri, { ifMark: mark }))).equals(bytes)).toBe(true);
      await at.plant('listed/one', freshBytes(10));
      expect(await thrownBy(at.store.read(uri, { ifMark: mark }))).toMatchObject({ code: 'changed' });
    });
  });
}
