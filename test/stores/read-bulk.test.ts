import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArtifactStores } from '../../src/features/artifacts/index.js';
import { Bandwidth } from '../../src/stores/bandwidth.js';
import { StoreRefusal } from '../../src/stores/store-refusal.js';
import { StoreSet } from '../../src/stores/store-set.js';
import { fileStoreUnderTest } from './file-store-under-test.js';
import { allOf, freshBytes } from './sample-bytes.js';
import { thrownBy } from './thrown-by.js';

describe('reading in bulk', () => {
  let at: Awaited<ReturnType<typeof fileStoreUnderTest>>;
  let stores: ArtifactStores;
  beforeAll(async () => {
    at = await fileStoreUnderTest();
    const set = await StoreSet.open({ file: { folder: at.folder, roots: [at.root] }, limits: { reads: 1 } });
    stores = new ArtifactStores(set, new Bandwidth(1024 * 1024));
  });
  afterAll(() => at.close());

  it('gives the bytes from where the last reading stopped, one object after the other', async () => {
    const bytes = freshBytes(200_000);
    const uri = await at.plant('model', bytes);
    const seen = await stores.stat(uri, { urgent: true });
    const ifMark = 'state' in seen && seen.state === 'present' ? seen.mark : undefined;
    const readings = Array.from({ length: 3 }, async () => {
      const stream = await stores.readBulk(uri, { start: 50_000, ifMark });
      if (stream instanceof StoreRefusal) throw new Error(stream.text);
      return allOf(Promise.resolve(stream));
    });
    for (const read of await Promise.all(readings)) expect(read.equals(bytes.subarray(50_000))).toBe(true);
    await at.plant('model', freshBytes(200_000));
    expect(await thrownBy(stores.readBulk(uri, { start: 50_000, ifMark }))).toMatchObject({ code: 'changed' });
  });

  it('refuses what no store serves, as looking and listing do', async () => {
    const outside = { code: 'outside-roots' };
    expect(await stores.readBulk('file:///etc/passwd')).toMatchObject(outside);
    expect(await stores.stat('file:///etc/passwd')).toMatchObject(outside);
    expect(await stores.list('file:///etc/')).toMatchObject(outside);
  });
});
