import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileFailure } from '../../src/stores/file-failure.js';
import { FileStore } from '../../src/stores/file-store.js';
import { fileUriOf } from '../../src/stores/file-uri.js';
import { swappedFolder } from '../support/swapped-folder.js';
import { storeContract } from './contract.js';
import { asNobody, fileStoreUnderTest } from './file-store-under-test.js';
import { allOf, freshBytes, putOf } from './sample-bytes.js';

storeContract('a folder', fileStoreUnderTest);

describe('a folder of artifacts', () => {
  let at: Awaited<ReturnType<typeof fileStoreUnderTest>>;
  beforeAll(async () => (at = await fileStoreUnderTest()));
  afterAll(() => at?.close());

  it('lays bytes out by digest, read-only', async () => {
    const request = putOf(freshBytes(10));
    const { uri } = await at.store.put(request);
    const hex = request.digest.slice('sha256:'.length);
    expect(uri).toBe(fileUriOf(join(at.folder, 'sha256', hex.slice(0, 2), hex.slice(2))));
    expect((await stat(fileURLToPath(uri))).mode & 0o777).toBe(0o444);
  });

  it('makes no folder before the first upload, and says missing until then', async () => {
    const store = new FileStore({ folder: join(at.root, 'fresh') });
    const { digest } = putOf(freshBytes(10));
    expect(await store.stat(store.uriOf(digest))).toMatchObject({ state: 'missing' });
    await expect(stat(join(at.root, 'fresh'))).rejects.toThrow('ENOENT');
  });

  it('says of a further folder that is not there that its disk may not be mounted', async () => {
    const gone = join(at.root, 'gone');
    const store = new FileStore({ folder: at.folder, roots: [gone] });
    const seen = await store.stat(fileUriOf(join(gone, 'model.onnx')));
    expect(seen).toEqual({ state: 'unreachable', evidence: `the folder ${gone} is not there: is its disk mounted?` });
  });

  it('says of a further folder without any entry that its disk may not be mounted, and of uploads that they are missing', async () => {
    const [empty, folder] = [join(at.root, 'empty'), join(at.root, 'no-uploads')];
    for (const path of [empty, folder]) await mkdir(path);
    const store = new FileStore({ folder, roots: [empty] });
    const evidence = `the folder ${empty} is empty: is its disk mounted?`;
    for (const name of ['model.onnx', 'fraud/1/', 'fraud/1/model.onnx']) {
      expect(await store.stat(fileUriOf(join(empty, name)))).toEqual({ state: 'unreachable', evidence });
    }
    expect(await store.stat(`${fileUriOf(empty)}/`)).toEqual({ state: 'unreachable', evidence });
    await expect(store.read(fileUriOf(join(empty, 'model')))).rejects.toMatchObject({ code: 'unreachable', evidence });
    expect(await store.stat(fileUriOf(join(folder, 'model')))).toMatchObject({ state: 'missing' });
    await writeFile(join(empty, 'other'), 'something');
    expect(await store.stat(fileUriOf(join(empty, 'model.onnx')))).toMatchObject({ state: 'missing' });
    expect(await store.stat(fileUriOf(join(empty, 'fraud/1/')))).toMatchObject({ state: 'missing' });
  });

  it('removes what uploads left that died more than a day ago, and nothing younger', async () => {
    const folder = join(at.root, 'swept');
    const incoming = join(folder, '.incoming');
    await mkdir(incoming, { recursive: true });
    await writeFile(join(incoming, 'dead'), 'half');
    await writeFile(join(incoming, 'alive'), 'half');
    const yesterday = Date.now() / 1000 - 25 * 60 * 60;
    await utimes(join(incoming, 'dead'), yesterday, yesterday);
    await new FileStore({ folder }).put(putOf(freshBytes(10)));
    expect(await readdir(incoming)).toEqual(['alive']);
  });

  it('says forbidden when it may not write', async () => {
    const folder = join(at.root, 'read-only');
    await mkdir(folder, { mode: 0o555 });
    await asNobody(async () => {
      const put = new FileStore({ folder }).put(putOf(freshBytes(10)));
      await expect(put).rejects.toMatchObject({ name: 'StoreError', code: 'forbidden' });
    });
    await chmod(folder, 0o755);
  });

  it('says full when the disk is', async () => {
    const error: unknown = await writeFile('/dev/full', 'no room').catch((thrown: unknown) => thrown);
    expect(fileFailure(error, 'file:///x')).toMatchObject({ code: 'full', message: expect.stringContaining('ENOSPC') });
  });

  it('passes surprises on as they are', () => {
    const bug = new TypeError('a bug');
    expect(fileFailure(bug, 'file:///x')).toBe(bug);
  });

  it.each(['folder', 'pipe'])('does not take a %s for an artifact, and does not wait for one', async (kind) => {
    const path = join(at.root, `a-${kind}`);
    await promisify(execFile)(kind === 'folder' ? 'mkdir' : 'mkfifo', [path]);
    const evidence = expect.stringMatching(kind === 'folder' ? /a folder; .* with a \/ at its end/ : /not a file/);
    expect(await at.store.stat(fileUriOf(path))).toEqual({ state: 'unsupported', evidence });
    await expect(at.store.read(fileUriOf(path))).rejects.toMatchObject({ code: 'unsupported' });
  });
});

describe('the way out of a folder', () => {
  let at: Awaited<ReturnType<typeof fileStoreUnderTest>>;
  let secret: string;

  beforeAll(async () => {
    at = await fileStoreUnderTest();
    secret = join(`${at.root}-secret`, 'key');
    await mkdir(`${at.root}-secret`);
    await writeFile(secret, 'secret');
    await symlink(secret, join(at.root, 'link-to-file'));
    await symlink(`${at.root}-secret`, join(at.root, 'link-to-folder'));
    await symlink('/', join(at.root, 'link-to-everything'));
  });
  afterAll(() => at?.close());

  it.each([
    ['two dots', '/../models-secret/key'],
    ['encoded dots', '/%2e%2E/models-secret/key'],
    ['dots behind a folder that is not there', '/no/such/../../../models-secret/key'],
    ['a sibling whose name begins alike', '-secret/key'],
    ['a link to a file', '/link-to-file'],
    ['a link to a folder', '/link-to-folder/key'],
    ['a link to a folder, for a file that is not there', '/link-to-folder/nothing/here'],
    ['a link to the root folder', '/link-to-everything/etc/passwd'],
    ['the folder itself', ''],
  ])('is refused by %s', async (_what, tail) => {
    const uri = fileUriOf(at.root) + tail;
    const refusal = await at.store.refuses(uri);
    expect(refusal).toMatchObject({ code: 'outside-roots', text: expect.stringContaining(at.root) });
    expect(await at.store.stat(uri)).toMatchObject({ state: 'forbidden' });
    await expect(at.store.read(uri)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is shut for a link that is laid after the URI was accepted', async () => {
    const path = join(at.root, 'later');
    expect(await at.store.refuses(fileUriOf(path))).toBeNull();
    await symlink(secret, path);
    await expect(at.store.read(fileUriOf(path))).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is shut for a folder that becomes a link while a file in it is opened', async ({ signal }) => {
    const place = join(at.root, 'swapped');
    await at.plant('swapped/key', Buffer.from('model'));
    const swapping = await swappedFolder(place, `${at.root}-secret`);
    const seen = new Set<string>();
    const read = async (): Promise<string> => {
      const bytes = await allOf(at.store.read(fileUriOf(join(place, 'key')))).catch((error: Error) => error);
      return bytes instanceof Error ? bytes.name : bytes.toString();
    };
    for (let round = 0; !signal.aborted && (round < 3_000 || !seen.has('model')); round++) seen.add(await read());
    await swapping.stop();
    expect(await read()).toBe('model');
    expect([...seen]).toContain('model');
    expect([...seen]).toContain('StoreError');
    expect([...seen]).not.toContain('secret');
  });

  it.each(['/proc/self/environ', '/proc/self/cmdline', '/proc/self/root/etc/passwd', '/sys/kernel/profiling'])(
    'is not the machine’s own state, even where everything may be read: %s',
    async (path) => {
      const store = new FileStore({ folder: at.folder, roots: ['/', '/proc'] });
      expect(await store.refuses(`file://${path}`)).toMatchObject({ code: 'outside-roots' });
      await expect(store.read(`file://${path}`)).rejects.toMatchObject({ code: 'forbidden' });
    },
  );

  it('does not exist for links that stay inside, nor for folders that are links themselves', async () => {
    await at.plant('real/model', Buffer.from('bytes'));
    await symlink(join(at.root, 'real'), join(at.root, 'alias'));
    expect(await at.store.stat(fileUriOf(join(at.root, 'alias/model')))).toMatchObject({ state: 'present' });
    await symlink(at.root, `${at.root}-link`);
    const store = new FileStore({ folder: at.folder, roots: [`${at.root}-link`] });
    expect(await store.stat(fileUriOf(`${at.root}-link/real/model`))).toMatchObject({ state: 'present' });
  });

  it('takes a link that leads nowhere for a missing file', async () => {
    await symlink(join(at.root, 'nothing'), join(at.root, 'dangling'));
    expect(await at.store.stat(fileUriOf(join(at.root, 'dangling')))).toMatchObject({ state: 'missing' });
  });
});
