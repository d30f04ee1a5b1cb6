import { chmod, link, mkdir, readFile, readdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOf, hexOf } from '../../../src/domain/digest.js';
import { emptyFolder, openCache } from '../../support/agent/cache-under-test.js';
import { putFiles } from '../../support/agent/put-files.js';

const v1 = { model: 'fraud', version: 1 };
const v2 = { model: 'fraud', version: 2 };
const base = 'shared base '.repeat(1000);

describe('a version in the cache', () => {
  it('is a folder of read-only hard links to blobs, each file once', async () => {
    const { cache } = await openCache(await emptyFolder());
    await putFiles(cache, v1, { 'weights/base.bin': base, 'head.bin': 'one' });
    await putFiles(cache, v2, { 'weights/base.bin': base, 'copy/base.bin': base, 'head.bin': 'two' });
    const at = join(cache.viewOf(v2), 'weights/base.bin');
    expect(await readFile(at, 'utf8')).toBe(base);
    const blob = await stat(join(cache.folder.blobs(), hexOf(digestOf(base)).slice(0, 2), hexOf(digestOf(base))));
    const seen = await stat(at);
    expect({ ino: seen.ino, mode: seen.mode & 0o777, links: seen.nlink }).toEqual({
      ino: blob.ino,
      mode: 0o444,
      links: 4,
    });
    expect(cache.blobs.bytes).toBe(base.length + 6);
  });

  it('goes at once, and takes only what no other version has', async () => {
    const { cache } = await openCache(await emptyFolder());
    await putFiles(cache, v1, { base, head: 'one' });
    await putFiles(cache, v2, { base, head: 'two' });
    expect(await cache.remove(v1)).toBe('removed');
    expect(await cache.remove(v1)).toBe('absent');
    expect(await readdir(cache.folder.models(), { recursive: true })).toEqual([
      'fraud',
      'fraud/v2',
      'fraud/v2/base',
      'fraud/v2/head',
    ]);
    expect(cache.blobs.digests().toSorted()).toEqual([digestOf(base), digestOf('two')].toSorted());
    expect(await cache.remove(v2)).toBe('removed');
    expect(await readdir(cache.folder.models())).toEqual([]);
    expect(cache.blobs.bytes).toBe(0);
  });

  it('is not removed while it is being fetched', async () => {
    const { cache } = await openCache(await emptyFolder());
    const { end } = await cache.begin(v1, [{ path: 'a', digest: digestOf('a'), size: 1 }], []);
    expect(await cache.remove(v1)).toBe('busy');
    end();
    end();
    expect(await cache.remove(v1)).toBe('removed');
  });

  it('is refused where its files cannot lie in one folder', async () => {
    const { cache } = await openCache(await emptyFolder());
    const files = ['a', 'a/b'].map((path) => ({ path, digest: digestOf(path), size: 1 }));
    await expect(cache.begin(v1, files, [])).rejects.toThrow(
      'the files of fraud/v1 cannot lie in one folder: a is a file, and a/b needs a folder there',
    );
    await expect(cache.begin({ model: '../x', version: 1 }, [], [])).rejects.toThrow(TypeError);
    expect(cache.versions()).toEqual([]);
  });

  it('does not appear while a blob of it is missing', async () => {
    const { cache } = await openCache(await emptyFolder());
    const { end } = await cache.begin(v1, [{ path: 'a', digest: digestOf('a'), size: 1 }], []);
    await expect(cache.publish(v1)).rejects.toThrow('ENOENT');
    end();
    expect(await readdir(cache.folder.staging())).toEqual([]);
    expect(cache.versions()).toMatchObject([{ ...v1, state: 'incomplete' }]);
  });
});

describe('a cache folder that is opened again', () => {
  it('is known without being read, and keeps when each version was needed', async () => {
    const folder = await emptyFolder();
    let now = 1_000;
    const first = await openCache(folder, { now: () => now });
    await putFiles(first.cache, v1, { base, head: 'one' });
    now = 2_000;
    await putFiles(first.cache, v2, { base, head: 'two' });
    await first.cache.close();
    const { cache, recovered } = await openCache(folder, { now: () => 9_000 });
    expect(recovered).toEqual({ resident: [v1, v2], dropped: [], rotten: [] });
    expect(cache.versions().map(({ version, state, neededAt }) => ({ version, state, neededAt }))).toEqual([
      { version: 1, state: 'resident', neededAt: 1_000 },
      { version: 2, state: 'resident', neededAt: 2_000 },
    ]);
    expect(cache.blobs.longestUnverified(9_000)?.verifiedAt).toBe(1_000);
  });

  it('drops a folder whose links are broken, and keeps the blobs', async () => {
    const folder = await emptyFolder();
    const first = await openCache(folder);
    await putFiles(first.cache, v1, { base, head: 'one' });
    await putFiles(first.cache, v2, { base, head: 'two' });
    await first.cache.close();
    await unlink(join(first.cache.viewOf(v1), 'head'));
    await writeFile(join(first.cache.viewOf(v1), 'head'), 'one');
    const { cache, recovered } = await openCache(folder);
    expect(recovered).toEqual({ resident: [v2], dropped: [v1], rotten: [] });
    expect(await cache.has(digestOf('one'))).toBe(true);
    await cache.publish(v1);
    expect(await readFile(join(cache.viewOf(v1), 'head'), 'utf8')).toBe('one');
  });

  it.each([
    ['a file too many', (view: string) => writeFile(join(view, 'more'), '')],
    [
      'a link to another version',
      async (view: string) => {
        await unlink(join(view, 'head'));
        await link(join(view, '../v2/head'), join(view, 'head'));
      },
    ],
  ])('drops a folder with %s', async (_what, spoil) => {
    const folder = await emptyFolder();
    const first = await openCache(folder);
    await putFiles(first.cache, v1, { base, head: 'one' });
    await putFiles(first.cache, v2, { base, head: 'two' });
    await first.cache.close();
    await spoil(first.cache.viewOf(v1));
    expect((await openCache(folder)).recovered.dropped).toEqual([v1]);
  });

  it('reads a blob that somebody wrote to, and shows it to nobody where it is wrong', async () => {
    const folder = await emptyFolder();
    const first = await openCache(folder);
    await putFiles(first.cache, v1, { base, head: 'one' });
    await putFiles(first.cache, v2, { base, head: 'two' });
    await first.cache.close();
    await chmod(join(first.cache.viewOf(v1), 'head'), 0o644);
    await writeFile(join(first.cache.viewOf(v1), 'head'), 'eno');
    await utimes(join(first.cache.viewOf(v2), 'head'), 1, 1);
    const { cache, recovered } = await openCache(folder);
    expect(recovered).toEqual({ resident: [v2], dropped: [v1], rotten: [digestOf('one')] });
    expect(await cache.has(digestOf('two'))).toBe(true);
  });

  it('trusts blobs that its notes do not know, and has them read first', async () => {
    const folder = await emptyFolder();
    const first = await openCache(folder);
    await putFiles(first.cache, v1, { base });
    await first.cache.close();
    await writeFile(first.cache.folder.state(), '{"blobs":');
    const { cache, recovered } = await openCache(folder);
    expect(recovered.resident).toEqual([v1]);
    expect(cache.blobs.longestUnverified(9_000)).toEqual({ digest: digestOf(base), verifiedAt: 0 });
  });

  it('throws away what was being made, and folders that nothing accounts for', async () => {
    const folder = await emptyFolder();
    const first = await openCache(folder);
    await putFiles(first.cache, v1, { base });
    await first.cache.close();
    await mkdir(join(first.cache.folder.staging(), 'x/y'), { recursive: true });
    await mkdir(join(first.cache.folder.partial(), hexOf(digestOf('no version has it'))));
    await mkdir(first.cache.viewOf(v2));
    await writeFile(first.cache.folder.holding(v2), '{"model":"fraud"');
    const { cache, recovered } = await openCache(folder);
    expect(recovered).toEqual({ resident: [v1], dropped: [v2], rotten: [] });
    expect(await readdir(cache.folder.staging())).toEqual([]);
    expect(await readdir(cache.folder.partial())).toEqual([]);
  });

  it('is refused to a second owner, in words', async () => {
    const folder = await emptyFolder();
    const { cache } = await openCache(folder);
    await expect(openCache(folder)).rejects.toThrow(
      `Another Lastgood agent (process ${process.pid}) has the cache folder ${folder}. Stop it first, or give this one a folder of its own.`,
    );
    await cache.close();
    await openCache(folder);
  });
});
