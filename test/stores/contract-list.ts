import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/domain/digest.js';
import { treeDigest, type TreeFile } from '../../src/domain/tree-digest.js';
import type { ListedObject } from '../../src/stores/artifact-store.js';
import { allListed } from './all-listed.js';
import { allOf, freshBytes } from './sample-bytes.js';
import { thrownBy } from './thrown-by.js';
import type { MakeStore, StoreUnderTest } from './store-under-test.js';

const ODD_NAMES = [
  'model.onnx',
  'with space.onnx',
  ' spaces around ',
  'plus+and%percent',
  'a%20b',
  'a%2Fb',
  'question?mark#hash&amp;=,;:@$!*\'()[]{}|^`"<>~',
  'größe/模型/🚀.bin',
  'e\u0301 is not é',
  '\uFEFFmark',
  '...three.dots/.hidden/..two',
  '12',
  'x'.repeat(200),
  'deep/' + 'd/'.repeat(30) + 'leaf',
];

export function listContract(make: MakeStore): void {
  let at: StoreUnderTest;
  beforeAll(async () => (at = await make()));
  afterAll(() => at?.close());

  it('gives every file below the prefix, whatever its name, with its size and a URI that leads to its bytes', async () => {
    const planted = new Map(ODD_NAMES.map((name, index) => [name, freshBytes(10 + index)]));
    for (const [name, bytes] of planted) await at.plant(`odd names/${name}`, bytes);
    const prefix = at.uriNamed('odd names/');
    const files = await allListed(at.store.list(prefix));
    const sizes = new Map([...planted].map(([path, bytes]) => [path, bytes.byteLength]));
    expect(new Map(files.map(({ path, size }) => [path, size]))).toEqual(sizes);
    expect(files).toHaveLength(sizes.size);

    const read: TreeFile[] = [];
    for (const { uri, path, size } of files) {
      expect(await at.store.refuses(uri)).toBeNull();
      expect(await at.store.stat(uri)).toMatchObject({ state: 'present', size });
      read.push({ path, digest: digestOf(await allOf(at.store.read(uri))) });
    }
    const truth = [...planted].map(([path, bytes]): TreeFile => ({ path, digest: digestOf(bytes) }));
    expect(treeDigest(read)).toBe(treeDigest(truth));
    const size = files.reduce((sum, file) => sum + file.size, 0);
    expect(await at.store.stat(prefix)).toMatchObject({ state: 'present', size, objects: ODD_NAMES.length });
  });

  it('takes only what lies below, not what merely begins alike', async () => {
    for (const name of ['v1/model', 'v1/sub/model', 'v10/model', 'v1.txt', 'other/v1/model'])
      await at.plant(`alike/${name}`, freshBytes(5));
    const files = await allListed(at.store.list(at.uriNamed('alike/v1/')));
    expect(files.map(({ path }) => path).toSorted()).toEqual(['model', 'sub/model']);
  });

  it('counts no folder for a file, however it was made', async () => {
    await at.plantFolder('folders');
    await at.plantFolder('folders/empty');
    await at.plant('folders/sub/model', freshBytes(7));
    await at.plantFolder('folders/sub');
    expect(await at.store.stat(at.uriNamed('folders/'))).toMatchObject({ state: 'present', size: 7, objects: 1 });
    await at.plant('folders/nothing', freshBytes(0));
    expect(await at.store.stat(at.uriNamed('folders/'))).toMatchObject({ state: 'present', size: 7, objects: 2 });
  });

  it('says missing where nothing lies below', async () => {
    await at.plantFolder('hollow');
    await at.plant('a-file', freshBytes(5));
    for (const name of ['never/was/', 'hollow/', 'a-file/']) {
      const uri = at.uriNamed(name);
      expect(await at.store.stat(uri)).toEqual({ state: 'missing', evidence: expect.any(String) });
      expect(await thrownBy(allListed(at.store.list(uri)))).toMatchObject({ name: 'StoreError', code: 'missing', uri });
    }
  });

  it('says unsupported, and names the file, where one cannot have its path inside a version', async () => {
    await at.plant('unfit/good', freshBytes(5));
    await at.plant('unfit/sub/back\\slash', freshBytes(5));
    const uri = at.uriNamed('unfit/');
    const evidence = expect.stringContaining('"sub/back\\\\slash" below it must be a relative path');
    expect(await at.store.stat(uri)).toEqual({ state: 'unsupported', evidence });
    expect(await thrownBy(allListed(at.store.list(uri)))).toMatchObject({ name: 'StoreError', code: 'unsupported' });
  });

  it('says forbidden where it may not look', async () => {
    await at.whileForbidden(async (uri) => {
      const prefix = uri.replace(/[^/]*$/, '');
      expect(await at.store.stat(prefix)).toEqual({ state: 'forbidden', evidence: expect.any(String) });
      expect(await thrownBy(allListed(at.store.list(prefix)))).toMatchObject({ name: 'StoreError', code: 'forbidden' });
    });
  });

  it('has no bytes of its own', async () => {
    await at.plant('bytes/model', freshBytes(5));
    await at.plantFolder('bytes');
    const error = await thrownBy(at.store.read(at.uriNamed('bytes/')));
    expect(error).toMatchObject({ name: 'StoreError', code: 'unsupported' });
  });

  it('lists nothing at a URI that it refuses, nor at one that is no prefix', async () => {
    for (const uri of ['file:///etc/', 's3://somebody-elses/bucket/', 's3://x/', 'nonsense/', '/']) {
      expect(await at.store.refuses(uri)).not.toBeNull();
      expect(await at.store.stat(uri)).toMatchObject({ state: 'forbidden' });
      expect(await thrownBy(allListed(at.store.list(uri)))).toMatchObject({ name: 'StoreError', code: 'forbidden' });
    }
    expect(await thrownBy(allListed(at.store.list(at.uriNamed('bytes'))))).toBeInstanceOf(TypeError);
  });

  describe('thousands of files', () => {
    const count = 2_345;
    let prefix: string;

    beforeAll(async () => {
      prefix = at.uriNamed('many/');
      const names = Array.from({ length: count }, (_, index) => `many/${index % 7}/shard-${index}+of ${count}`);
      for (let next = 0; next < count; next += 40)
        await Promise.all(names.slice(next, next + 40).map((name) => at.plant(name, Buffer.alloc(3))));
    });

    it('are all found, and each once', async () => {
      const files = await allListed(at.store.list(prefix));
      expect(new Set(files.map(({ path }) => path)).size).toBe(count);
      expect(files).toHaveLength(count);
      expect(await at.store.stat(prefix)).toMatchObject({ state: 'present', size: 3 * count, objects: count });
    });

    it('are not taken for all when an outage comes in between', async () => {
      const files = at.store.list(prefix)[Symbol.asyncIterator]();
      const first: IteratorResult<ListedObject> = await files.next();
      expect(first.done).toBe(false);
      await at.whileUnreachable(async () => {
        const error = await thrownBy(rest(files));
        expect(error).toMatchObject({ name: 'StoreError', code: 'unreachable' });
        expect(await at.store.stat(prefix)).toEqual({ state: 'unreachable', evidence: expect.any(String) });
      });
      expect(await at.store.stat(prefix)).toMatchObject({ state: 'present', objects: count });
    });

    it('end with the reason of the abort', async () => {
      const abort = new AbortController();
      const files = at.store.list(prefix, { signal: abort.signal })[Symbol.asyncIterator]();
      await files.next();
      abort.abort(new Error('enough'));
      await expect(rest(files)).rejects.toThrow('enough');
      await expect(allListed(at.store.list(prefix, { signal: abort.signal }))).rejects.toThrow('enough');
      await expect(at.store.stat(prefix, { signal: abort.signal })).rejects.toThrow('enough');
    });
  });
}

async function rest(files: AsyncIterator<ListedObject>): Promise<void> {
  while (!(await files.next()).done);
}
