import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { localFiles } from '../../../src/cli/local-files.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-'));
  await mkdir(join(folder, 'model', 'sub'), { recursive: true });
  await writeFile(join(folder, 'model', 'sub', 'tokens.txt'), 'abc');
  await writeFile(join(folder, 'model', 'a.onnx'), 'weights');
  await writeFile(join(folder, 'card.md'), '# card');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('takes a folder by the paths in it and a file by its name', async () => {
  const files = await localFiles([join(folder, 'model'), join(folder, 'card.md')]);
  expect(files.map(({ path, size }) => [path, size])).toEqual([
    ['a.onnx', 7],
    ['card.md', 6],
    ['sub/tokens.txt', 3],
  ]);
});

it('follows links to files, as model caches have them', async () => {
  await symlink('../card.md', join(folder, 'model', 'readme.md'));
  const files = await localFiles([join(folder, 'model')]);
  expect(files.map(({ path, size }) => `${path} ${size}`)).toContain('readme.md 6');
});

it('refuses what it cannot take, by name', async () => {
  await expect(localFiles([join(folder, 'missing')])).rejects.toThrow(/missing cannot be read: ENOENT/);
  await mkdir(join(folder, 'empty'));
  await expect(localFiles([join(folder, 'empty')])).rejects.toThrow(/is an empty folder/);
  await expect(localFiles([join(folder, 'card.md'), join(folder, 'card.md')])).rejects.toThrow(
    /two files would be "card.md"/,
  );
  await symlink('..', join(folder, 'model', 'up'));
  await expect(localFiles([join(folder, 'model')])).rejects.toThrow(/up is no file, but a link to a folder/);
});
