import { execFile } from 'node:child_process';
import { chmod, link, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FileStore } from '../../src/stores/file-store.js';
import { fileUriOf } from '../../src/stores/file-uri.js';
import { allListed } from './all-listed.js';
import { asNobody, fileStoreUnderTest } from './file-store-under-test.js';

const run = promisify(execFile);

describe('a folder as a prefix', () => {
  let at: Awaited<ReturnType<typeof fileStoreUnderTest>>;
  let folder: string;
  let prefix: string;
  let folders = 0;

  beforeAll(async () => (at = await fileStoreUnderTest()));
  afterAll(() => at?.close());
  beforeEach(async () => {
    const name = `model-${(folders += 1)}`;
    folder = join(at.root, name);
    prefix = at.uriNamed(`${name}/`);
    await at.plant(`${name}/sub/weights`, Buffer.from('weights'));
  });

  const paths = async (uri = prefix): Promise<string[]> =>
    (await allListed(at.store.list(uri))).map(({ path }) => path).toSorted();

  it('takes links to files for files, as model caches have them', async () => {
    await at.plant('blobs/1', Buffer.from('shared'));
    await symlink('../blobs/1', join(folder, 'linked'));
    await link(join(folder, 'sub', 'weights'), join(folder, 'hard'));
    expect(await paths()).toEqual(['hard', 'linked', 'sub/weights']);
    expect(await at.store.stat(prefix)).toMatchObject({ state: 'present', size: 6 + 7 + 7, objects: 3 });
  });

  it('follows no link to a folder, and says so rather than leave it out', async () => {
    await symlink('..', join(folder, 'sub', 'up'));
    expect(await at.store.stat(prefix)).toEqual({
      state: 'unsupported',
      evidence: `${prefix}sub/up: this is a link to a folder, and only links to files are followed`,
    });
  });

  it.each(['to-a-file', 'to-a-folder'])('is shut for a link out of the folders that are served: %s', async (name) => {
    const outside = `${at.root}-secret`;
    await mkdir(outside, { recursive: true });
    await writeFile(join(outside, 'key'), 'secret');
    await symlink(name === 'to-a-file' ? join(outside, 'key') : outside, join(folder, name));
    const seen = await at.store.stat(prefix);
    expect(seen).toEqual({
      state: 'forbidden',
      evidence: expect.stringMatching(new RegExp(`^${prefix}${name} lies outside`)),
    });
  });

  it('is refused when the folder itself is a link out, and served when it is a link inside', async () => {
    await symlink('/etc', join(folder, 'etc'));
    expect(await at.store.refuses(`${prefix}etc/`)).toMatchObject({ code: 'outside-roots' });
    expect(await at.store.stat(`${prefix}etc/`)).toMatchObject({ state: 'forbidden' });
    await symlink('sub', join(folder, 'alias'));
    expect(await paths(`${prefix}alias/`)).toEqual(['weights']);
  });

  it('names a link that leads nowhere', async () => {
    await symlink('nothing', join(folder, 'dangling'));
    const seen = await at.store.stat(prefix);
    expect(seen).toEqual({
      state: 'missing',
      evidence: expect.stringContaining(`${prefix}dangling: there is no such`),
    });
  });

  it('names a pipe, and does not wait for it', async () => {
    await run('mkfifo', [join(folder, 'pipe')]);
    expect(await at.store.stat(prefix)).toEqual({
      state: 'unsupported',
      evidence: `${prefix}pipe: this is not a file`,
    });
  });

  it('names a socket', async () => {
    const server = createServer().listen(join(folder, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const seen = await at.store.stat(prefix);
    server.close();
    expect(seen).toEqual({
      state: 'unsupported',
      evidence: expect.stringContaining(`${prefix}socket: this is no file`),
    });
  });

  it('names a file whose name is not UTF-8, which no URI can give', async () => {
    await writeFile(Buffer.concat([Buffer.from(join(folder, 'sub/')), Buffer.from([0x66, 0xff])]), 'bytes');
    const seen = await at.store.stat(prefix);
    expect(seen).toEqual({ state: 'unsupported', evidence: 'the name "sub/f\ufffd" is not UTF-8: rename it' });
  });

  it('says forbidden of a folder that it may not look into, and of a file that it may not read', async () => {
    await chmod(join(folder, 'sub'), 0o000);
    const shut = await asNobody(() => at.store.stat(prefix));
    expect(shut).toEqual({ state: 'forbidden', evidence: expect.stringContaining('in the folder "sub": ') });
    await chmod(join(folder, 'sub'), 0o755);
    await chmod(join(folder, 'sub', 'weights'), 0o000);
    const unread = await asNobody(() => at.store.stat(prefix));
    expect(unread).toEqual({ state: 'forbidden', evidence: expect.stringContaining(`${prefix}sub/weights: `) });
  });

  it('may be a served folder itself, in all', async () => {
    const store = new FileStore({ folder: at.folder, roots: [folder] });
    expect(await store.refuses(prefix)).toBeNull();
    expect(await store.stat(prefix)).toMatchObject({ state: 'present', size: 7, objects: 1 });
    expect(await store.refuses(fileUriOf(folder))).toMatchObject({ code: 'outside-roots' });
    expect(await store.refuses(fileUriOf(at.root) + '/')).toMatchObject({ code: 'outside-roots' });
    await rename(folder, `${folder}-unmounted`);
    expect(await store.stat(prefix)).toMatchObject({
      state: 'unreachable',
      evidence: expect.stringContaining('mounted?'),
    });
  });

  it('is missing where the folder went away', async () => {
    await rm(folder, { recursive: true });
    const seen = await at.store.stat(prefix);
    expect(seen).toEqual({ state: 'missing', evidence: 'there is no such file or folder (ENOENT)' });
  });
});
