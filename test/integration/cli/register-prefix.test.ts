import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { cliOf, document } from './local-model.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('register --artifact with a folder', () => {
  let api: TestApi;
  let cli: ReturnType<typeof cliOf>;
  let root: string;
  let folder: string;
  let folders = 0;

  beforeAll(async () => {
    root = await mkdtemp(join(inject('runFolder'), 'folders-'));
    api = await startApi({ env: { LASTGOOD_FILE_ROOTS: root } });
    cli = cliOf(api);
  });
  afterAll(() => api.close());
  beforeEach(async () => {
    folder = join(root, `chat-${(folders += 1)}`);
    await mkdir(join(folder, 'tokens'), { recursive: true });
    await writeFile(join(folder, 'model.onnx'), 'weights');
    await writeFile(join(folder, 'tokens', 'vocabulary.txt'), 'a b c');
  });

  const register = (artifact: string, ...more: string[]) =>
    cli(['register', 'chat', '--create-model', '--artifact', artifact, ...more]);
  const printed = async (command: string): Promise<string> => {
    const { stdout } = await promisify(execFile)('bash', ['-o', 'pipefail', '-c', command], { cwd: folder });
    return stdout.split(/\s/)[0] ?? '';
  };

  it('records all files below it as one artifact, measured here', async () => {
    const result = await register(`file://${folder}/`, '--json');
    expect(result).toMatchObject({ code: 0, err: '' });
    const lines = `${sha256('weights')}  model.onnx\n${sha256('a b c')}  tokens/vocabulary.txt\n`;
    expect(document(result)).toMatchObject({
      artifacts: [
        { path: folder.slice(root.length + 1), uri: `file://${folder}/`, digest: `sha256:${sha256(lines)}`, size: 12 },
      ],
    });
  });

  it('is the same record again while the files are the same, and another once one changes', async () => {
    const first = await register(`file://${folder}/`);
    expect(first.out).toContain('is registered (1 artifact, 12 B');
    expect((await register(`file://${folder}/`)).out).toContain('is this very record already');
    await writeFile(join(folder, 'model.onnx'), 'WEIGHTS');
    expect((await register(`file://${folder}/`)).out).toContain('is registered');
  });

  it('takes links to files, as model caches have them', async () => {
    await mkdir(join(root, 'blobs'), { recursive: true });
    await writeFile(join(root, 'blobs', String(folders)), 'shared');
    await symlink(`../blobs/${folders}`, join(folder, 'linked.bin'));
    const result = await register(`uri=file://${folder}/,path=weights`, '--json');
    expect(document(result)).toMatchObject({ artifacts: [{ path: 'weights', size: 18 }] });
  });

  it('says how to work out digest and size of one that lies elsewhere, with commands that do', async () => {
    await writeFile(join(folder, '-n odd "name".bin'), 'odd');
    const result = await register('s3://models/chat/v184/');
    expect(result).toMatchObject({ code: 2, out: '' });
    expect(result.err).toContain('--artifact s3://models/chat/v184/ needs digest= and size=: only file:// URIs can be');
    const [digest = '', size = ''] = result.err.split('\n').filter((line) => line.trimStart().startsWith('find '));
    const { out: help } = await cli(['register', '--help']);
    for (const command of [digest, size]) expect(help).toContain(command.trim());

    const measured = document(await register(`file://${folder}/`, '--json'));
    const byHand = [{ digest: `sha256:${await printed(digest)}`, size: Number(await printed(size)) }];
    expect(measured).toMatchObject({ artifacts: byHand });
  });

  it('says the size in plain digits, however large', async () => {
    const { err } = await register('s3://models/chat/v184/');
    const size = err.split('\n').findLast((line) => line.trimStart().startsWith('find ')) ?? '';
    await truncate(join(folder, 'model.onnx'), 5_000_000_000);
    expect(await printed(size)).toBe('5000000005');
  });

  it('takes digest and size as they are given, and asks only for what is missing', async () => {
    const digest = `sha256:${'5'.repeat(64)}`;
    const given = await register(`uri=file://${folder}/,digest=${digest},size=140000000000`, '--json');
    expect(document(given)).toMatchObject({ artifacts: [{ digest, size: 140_000_000_000 }] });
    expect((await register(`uri=s3://models/chat/,digest=${digest}`)).err).toContain('s3://models/chat/ needs size=:');
  });

  it.each([
    ['a folder without the slash', () => folder, /is a folder: end the URI with \/ to register all files below it/],
    [
      'a file with one',
      () => `${folder}/model.onnx/`,
      /cannot be read from here \(ENOTDIR.*give its digest= and size=/,
    ],
    [
      'a folder that is not there',
      () => `${folder}/none/`,
      /ENOENT.*: give its digest= and size=\.\n.*copy of the folder/,
    ],
    ['a folder without files', () => `${folder}/empty/`, /\/empty\/ is an empty folder/],
    ['a link to a folder', () => `${folder}/looped/`, /looped\/up is no file, but a link to a folder/],
    ['a name that no version can have', () => `${folder}/odd/`, /the path "a\\\\b" in it must be a relative path/],
  ])('refuses %s, and records nothing', async (_what, place, says) => {
    await mkdir(join(folder, 'empty', 'sub'), { recursive: true });
    await mkdir(join(folder, 'looped'));
    await symlink('..', join(folder, 'looped', 'up'));
    await mkdir(join(folder, 'odd'));
    await writeFile(join(folder, 'odd', 'a\\b'), 'odd');
    const result = await cli(['register', 'nothing', '--create-model', '--artifact', `file://${place()}`]);
    expect(result).toMatchObject({ code: 2, out: '', err: expect.stringMatching(says) });
    await api.as('ana').get('/v1/models/nothing').expect(404);
  });

  it('refuses one that the registry does not serve, with its field', async () => {
    const elsewhere = await mkdtemp(join(inject('runFolder'), 'elsewhere-'));
    await writeFile(join(elsewhere, 'model'), 'x');
    const result = await register(`file://${elsewhere}/`);
    expect(result).toMatchObject({ code: 3, err: expect.stringContaining('lies outside the folders served here') });
  });
});
