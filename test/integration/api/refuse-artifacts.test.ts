import { symlink, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { Refusals } from './refusals.js';

const HEX = '5'.repeat(64);
const DIGEST = `sha256:${HEX}`;
const SHA = /must be sha256: and 64 lower-case hex digits/;
const PATH = /must be a relative path such as weights\/model-00001.safetensors/;
const SIZE = /must be a whole number from 0/;
const URI = /must be a URI such as s3:\/\/bucket\/key/;

describe('an artifact that no version can have', () => {
  let api: TestApi;
  let refusals: Refusals;
  beforeAll(async () => {
    api = await startApi();
    refusals = await Refusals.of(api);
  });
  afterAll(async () => {
    await refusals.close();
    await api.close();
  });

  const inside = (name: string) => `file://${api.dataDir}/artifacts/${name}`;
  const artifact = (extra: object = {}) => ({ uri: inside('model.onnx'), digest: DIGEST, size: 11, ...extra });
  const faults = (artifacts: unknown, field: string, says: RegExp, shown?: { value: unknown }) =>
    refusals.faults({
      send: (agent) => agent.post('/v1/models/fraud/versions').send({ createModel: true, artifacts }),
      code: 'invalid-request',
      field,
      says,
      ...shown,
    });

  it.each([
    HEX,
    `sha256:${'5'.repeat(63)}`,
    `sha256:${'5'.repeat(65)}`,
    `sha256:${'A'.repeat(64)}`,
    `sha512:${'5'.repeat(128)}`,
    `sha256:${'g'.repeat(64)}`,
    `${DIGEST} `,
    '',
    null,
    5,
  ])('is refused for its digest: %j', async (digest) => {
    expect(await faults([artifact({ digest })], 'artifacts[0].digest', SHA, { value: digest })).toEqual([]);
  });

  it.each([-1, 1.5, '11', null, 2 ** 53, true])('is refused for its size: %j', async (size) => {
    expect(await faults([artifact({ size })], 'artifacts[0].size', SIZE, { value: size })).toEqual([]);
  });

  it.each(['model.onnx', '/models/model.onnx', 's3:bucket/key', 's3://bucket/a b', '', null, 7])(
    'is refused for a URI that is none: %j',
    async (uri) => {
      expect(await faults([artifact({ uri })], 'artifacts[0].uri', URI, { value: uri })).toEqual([]);
    },
  );

  it.each(['s3://models/x', 'gs://models/x', 'https://example.org/x', 'oci://example.org/x', 'hf://models/x'])(
    'is refused for a scheme that no store serves: %s',
    async (uri) => {
      const says = /cannot be used: .* has the scheme \w+; served here: file:\/\//;
      expect(await faults([artifact({ uri })], 'artifacts[0].uri', says, { value: uri })).toEqual([]);
    },
  );

  it.each(['file:///etc/passwd', 'file:///', 'file://host/model.onnx'])(
    'is refused for a file that is not below a served folder: %s',
    async (uri) => {
      const says = /cannot be used: .*(?:lies outside the folders served here|names a host)/;
      expect(await faults([artifact({ uri, path: 'x' })], 'artifacts[0].uri', says, { value: uri })).toEqual([]);
    },
  );

  it('is refused for a file that only seems to be below a served folder', async () => {
    await mkdir(join(api.dataDir, 'artifacts'), { recursive: true });
    await symlink('/etc', join(api.dataDir, 'artifacts', 'link'));
    const ways = ['../../secret', '%2e%2e/secret', 'link/passwd', 'a/../../secret', 'a%2f..%2f..%2fsecret', 'a%00b'];
    for (const uri of ways.map(inside)) {
      const says = /cannot be used: .*(?:outside the folders|encoded slash|encoded zero byte)/;
      expect(await faults([artifact({ uri, path: 'x' })], 'artifacts[0].uri', says, { value: uri })).toEqual([]);
    }
  });

  it('is refused for a password in its URI, which is not repeated', async () => {
    const send = { artifacts: [artifact({ uri: 'https://ana:open-sesame@example.org/x' })] };
    const { text } = await api.as('ana').post('/v1/models/fraud/versions').send(send).expect(400);
    expect(JSON.parse(text).errors).toMatchObject([{ field: 'artifacts[0].uri', value: '(hidden)' }]);
    expect(text).not.toContain('open-sesame');
  });

  it.each(['/abs', '../up', 'a/../b', './a', 'a//b', 'a/', '', 'a\\b', 'a\nb', '.', 'x'.repeat(256), null, 5])(
    'is refused for its place inside the version: %j',
    async (path) => {
      expect(await faults([artifact({ path })], 'artifacts[0].path', PATH, { value: path })).toEqual([]);
    },
  );

  it('is refused for a place that its URI gives it', async () => {
    const uri = inside('a%5Cb');
    expect(await faults([artifact({ uri })], 'artifacts[0].path', PATH, { value: 'a\\b' })).toEqual([]);
  });

  it.each(['onnx', 'application/', '/onnx', 'a b/c', 'text/plain; charset=utf-8', '', null])(
    'is refused for its media type: %j',
    async (mediaType) => {
      const says = /media type such as application\/octet-stream/;
      expect(await faults([artifact({ mediaType })], 'artifacts[0].mediaType', says, { value: mediaType })).toEqual([]);
    },
  );

  it('is refused for a place that another artifact has, or is the folder of', async () => {
    const both = (a: string, b: string) => [artifact({ path: a }), artifact({ path: b })];
    const says = /collides with artifacts\[0\]\.path; give each artifact a path of its own/;
    expect(await faults(both('a', 'a'), 'artifacts[1].path', says, { value: 'a' })).toEqual([]);
    expect(await faults(both('a', 'a/b/c'), 'artifacts[1].path', says, { value: 'a/b/c' })).toEqual([]);
    const other = /collides with artifacts\[1\]\.path/;
    expect(await faults(both('a/b/c', 'a/b'), 'artifacts[0].path', other, { value: 'a/b/c' })).toEqual([]);
    const unnamed = [artifact(), artifact({ uri: `file://${api.dataDir}/artifacts/v2/model.onnx` })];
    expect(await faults(unnamed, 'artifacts[1].path', says, { value: 'model.onnx' })).toEqual([]);
  });

  it.each([
    ['null', null],
    ['a text', 'model.onnx'],
    ['a list', [[]]],
    ['a number', 5],
  ])('is refused when it is %s instead of an object', async (_, entry) => {
    const says = /must be a JSON object with digest, mediaType, path, size, uri/;
    expect(await faults([artifact(), entry], 'artifacts[1]', says, { value: entry })).toEqual([]);
  });

  it('is refused for fields that artifacts do not have', async () => {
    const says = /is not a field here; known are digest, mediaType, path, size, uri/;
    expect(await faults([artifact({ sha256: HEX })], 'artifacts[0].sha256', says, { value: HEX })).toEqual([]);
    expect(await faults([artifact({ valueOf: 1 })], 'artifacts[0].valueOf', says, { value: 1 })).toEqual([]);
  });

  it.each([[undefined], [null], ['model.onnx'], [{}], [7]])('is looked for in a list, not in %j', async (artifacts) => {
    expect(await faults(artifacts, 'artifacts', /must be a list of objects/)).toEqual([]);
  });

  it('may be missing only where there is an image, and there may be ten thousand', async () => {
    expect(await faults([], 'artifacts', /at least one artifact where there is no image/)).toEqual([]);
    const many = Array.from({ length: 10_001 }, () => ({}));
    expect(await faults(many, 'artifacts', /at most 10000 entries/)).toEqual([]);
  });
});
