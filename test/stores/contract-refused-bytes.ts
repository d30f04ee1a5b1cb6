import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PutRequest } from '../../src/stores/artifact-store.js';
import { ContentMismatch } from '../../src/stores/content-mismatch.js';
import { chunksOf, freshBytes, putOf } from './sample-bytes.js';
import { thrownBy } from './thrown-by.js';
import type { MakeStore, StoreUnderTest } from './store-under-test.js';

const MIB = 1024 * 1024;

export function refusedBytesContract(make: MakeStore): void {
  let at: StoreUnderTest;
  beforeAll(async () => (at = await make()));
  afterAll(() => at?.close());

  /** Puts, and answers what was thrown, after making sure that no trace is left. */
  async function refused(request: PutRequest): Promise<unknown> {
    let source: Readable | undefined;
    const open = (): Readable => (source = request.open());
    const error = await thrownBy(at.store.put({ ...request, open }));
    expect(await at.store.stat(at.store.uriOf(request.digest))).toMatchObject({ state: 'missing' });
    expect(await at.leftovers()).toEqual([]);
    expect(source?.destroyed ?? true).toBe(true);
    return error;
  }

  // Small objects go up in one request, large ones in parts: both ways must end the same.
  describe.each([
    ['a small object', 70_000],
    ['a large object', 18 * MIB],
  ])('%s', (_what, size) => {
    it('refuses fewer bytes than announced', async () => {
      const error = await refused(putOf(freshBytes(size), { size: size + 1 }));
      expect(error).toBeInstanceOf(ContentMismatch);
      expect(error).toMatchObject({ code: 'too-few-bytes', message: `the bytes ended after ${size} of ${size + 1}` });
    });

    it('refuses more bytes than announced', async () => {
      const error = await refused(putOf(freshBytes(size), { size: size - 1 }));
      expect(error).toMatchObject({ code: 'too-many-bytes' });
    });

    it('refuses bytes with another digest, and names both', async () => {
      const [announced, sent] = [putOf(freshBytes(size)), putOf(freshBytes(size))];
      const error = await refused({ ...announced, open: sent.open });
      expect(error).toMatchObject({ code: 'wrong-digest', message: expect.stringContaining(sent.digest) });
      expect(error).toMatchObject({ message: expect.stringContaining(announced.digest) });
    });

    it('refuses what it got when the source breaks', async () => {
      const bytes = freshBytes(size);
      const open = (): Readable => Readable.from(breaking(bytes), { objectMode: false });
      const error = await refused(putOf(bytes, { open }));
      expect(error).toMatchObject({ code: 'too-few-bytes', cause: new Error('the disk came loose') });
    });

    it('refuses what it got when the source goes away without a word', async () => {
      const bytes = freshBytes(size);
      const open = (): Readable => {
        const source = new Readable({ read: () => undefined });
        source.push(bytes.subarray(0, size - 1));
        setTimeout(() => source.destroy(), 30);
        return source;
      };
      expect(await refused(putOf(bytes, { open }))).toMatchObject({ code: 'too-few-bytes' });
    });

    it('stops with the reason of the abort', async () => {
      const bytes = freshBytes(size);
      const abort = new AbortController();
      const open = (): Readable => {
        const source = new Readable({ read: () => undefined });
        source.push(bytes.subarray(0, size - 1));
        setTimeout(() => abort.abort(new Error('the caller hung up')), 30);
        return source;
      };
      const error = await refused(putOf(bytes, { open, signal: abort.signal }));
      expect(error).toEqual(new Error('the caller hung up'));
    });
  });

  it('opens nothing for a caller who has hung up already', async () => {
    const opened: string[] = [];
    const request = putOf(freshBytes(10), { signal: AbortSignal.abort(new Error('gone')) });
    const open = (): Readable => {
      opened.push('opened');
      return request.open();
    };
    await expect(at.store.put({ ...request, open })).rejects.toThrow('gone');
    expect(opened).toEqual([]);
  });
}

function* breaking(bytes: Uint8Array): Generator<Uint8Array> {
  const chunks = [...chunksOf(bytes)];
  yield* chunks.slice(0, -1);
  throw new Error('the disk came loose');
}
