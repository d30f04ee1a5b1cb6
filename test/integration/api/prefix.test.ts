import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { CheckView } from '../../../src/client/index.js';
import { digestOf } from '../../../src/domain/digest.js';
import { treeDigest } from '../../../src/domain/tree-digest.js';
import { startApi, type TestApi } from '../../support/api.js';
import { until } from '../../support/queue-until.js';
import { promote } from '../../support/registering.js';

const WEIGHTS = { 'model.safetensors': 'weights', 'tokens/vocabulary.txt': 'a b c' };
const SIZE = 12;

describe('an artifact that is all files below a folder', () => {
  let api: TestApi;
  let root: string;
  let folders = 0;
  let name: string;
  let folder: string;

  beforeAll(async () => {
    root = await mkdtemp(join(inject('runFolder'), 'prefixes-'));
    api = await startApi({ env: { LASTGOOD_FILE_ROOTS: root }, jobs: true });
  });
  afterAll(() => api.close());
  beforeEach(async () => {
    name = `model-${(folders += 1)}`;
    folder = join(root, name);
    await mkdir(join(folder, 'tokens'), { recursive: true });
    for (const [path, bytes] of Object.entries(WEIGHTS)) await writeFile(join(folder, path), bytes);
  });

  const digest = treeDigest(Object.entries(WEIGHTS).map(([path, bytes]) => ({ path, digest: digestOf(bytes) })));
  const prefix = (extra: object = {}) => ({ uri: `file://${folder}/`, digest, size: SIZE, ...extra });
  const register = (artifacts: object[]) =>
    api.as('pipeline').post(`/v1/models/${name}/versions`).send({ createModel: true, artifacts });

  async function checks(): Promise<CheckView[]> {
    const { body } = await api.as('ana').get(`/v1/models/${name}/versions/1/checks`).expect(200);
    const { items }: { items: CheckView[] } = body;
    // Where a look has a doubt, the bytes may have been read by now.
    return items.filter(({ kind }) => kind === 'artifact');
  }
  const inState = (state: string) =>
    until(`a check that says ${state}`, async () => (await checks())[0]?.state === state);
  /** A move asks for a fresh look at what becomes live. */
  const lookAgain = (alias: string) => promote(api, name, 1, alias);

  it('is recorded under the name of the folder, as its digest and its size in all', async () => {
    const { body } = await register([prefix()]).expect(201);
    expect(body.artifacts).toEqual([{ path: name, uri: `file://${folder}/`, digest, size: SIZE }]);
    const placed = await register([prefix({ path: 'weights/fp16' })]).expect(201);
    expect(placed.body.artifacts).toMatchObject([{ path: 'weights/fp16' }]);
  });

  it('is there while all its files have the recorded size together', async () => {
    await register([prefix()]).expect(201);
    await inState('present');
    expect(await checks()).toMatchObject([
      {
        subject: `file://${folder}/`,
        evidence: { objects: 2, size: SIZE, expected: { size: SIZE, digest } },
      },
    ]);
  });

  it('is changed when a file came, went or grew, and missing when the last one is gone', async () => {
    await register([prefix()]).expect(201);
    await inState('present');

    await writeFile(join(folder, 'tokens', 'more.txt'), 'd');
    await lookAgain('grown');
    await inState('changed');
    expect(await checks()).toMatchObject([{ evidence: { objects: 3, size: SIZE + 1, expected: { size: SIZE } } }]);

    await rm(join(folder, 'tokens'), { recursive: true });
    await lookAgain('shrunk');
    await until('one object', async () => (await checks())[0]?.evidence.objects === 1);
    expect(await checks()).toMatchObject([{ state: 'changed', evidence: { size: 7 } }]);

    await rm(join(folder, 'model.safetensors'));
    await lookAgain('emptied');
    await inState('missing');
    expect(await checks()).toMatchObject([{ evidence: { said: 'no file lies below this folder' } }]);
  });

  it('is not called present when something below it is no file that a node could hold', async () => {
    await symlink('.', join(folder, 'loop'));
    await register([prefix()]).expect(201);
    await inState('unsupported');
    expect(await checks()).toMatchObject([
      { evidence: { said: expect.stringContaining('/loop: this is a link to a folder') } },
    ]);
  });

  it('owns everything below its path', async () => {
    const file = (path: string) => ({
      uri: `file://${folder}/model.safetensors`,
      digest: digestOf('weights'),
      size: 7,
      path,
    });
    await register([prefix({ path: 'weights' }), file('weights.txt'), file('other/weights')]).expect(201);
    for (const path of ['weights', 'weights/model.safetensors', 'weights/no/such/file']) {
      const { body } = await register([prefix({ path: 'weights' }), file(path)]).expect(400);
      expect(body.errors).toMatchObject([{ field: 'artifacts[1].path', message: expect.stringMatching(/^collides/) }]);
    }
    const { body } = await register([prefix({ path: 'a' }), prefix({ path: 'a/b' })]).expect(400);
    expect(body.errors).toMatchObject([{ field: 'artifacts[1].path' }]);
  });

  it.each([
    ['a folder outside', 'file:///etc/', 'artifacts[0].uri', /lies outside the folders served here/],
    ['no folder at all', 'file:///', 'artifacts[0].uri', /lies outside the folders served here/],
    ['a whole bucket', 's3://models/', 'artifacts[0].uri', /has the scheme s3; served here/],
  ])('is refused for %s', async (_what, uri, field, says) => {
    const { body } = await register([prefix({ uri, path: 'x' })]).expect(400);
    expect(body.errors).toMatchObject([{ field, message: expect.stringMatching(says) }]);
  });

  it('needs a path where its URI gives none', async () => {
    const { body } = await register([prefix({ uri: `file://${folder}//` })]).expect(400);
    expect(body.errors).toMatchObject([{ field: 'artifacts[0].path', value: '' }]);
  });

  it('has no bytes of its own to be had by digest', async () => {
    await register([prefix()]).expect(201);
    await api.as('node').get(`/v1/artifacts/${digest}`).expect(404);
  });
});
