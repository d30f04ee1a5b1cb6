import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckView } from '../../src/contract/views.js';
import { digestOf } from '../../src/domain/digest.js';
import { treeDigest } from '../../src/domain/tree-digest.js';
import { filePlace, s3Place, type Place } from './places.js';

const POLL = { timeout: 120_000, interval: 100 };

describe.each([
  ['files', filePlace],
  ['S3', s3Place],
] as const)('the bytes of artifacts in %s', (_name, open) => {
  let place: Place;
  beforeAll(async () => {
    place = await open();
  });
  afterAll(() => place.close());

  const register = async (model: string, artifact: object) => {
    const body = { createModel: true, artifacts: [artifact] };
    await place.api.as('ana').post(`/v1/models/${model}/versions`).send(body).expect(201);
  };
  const of = (name: string, bytes: Buffer) => ({ uri: place.uriOf(name), digest: digestOf(bytes), size: bytes.length });
  const ask = (model: string, deep: boolean) =>
    place.api.as('ana').post(`/v1/models/${model}/versions/1/checks`).send({ deep }).expect(202);
  const checks = async (model: string) => {
    const { body } = await place.api.as('ana').get(`/v1/models/${model}/versions/1/checks`).expect(200);
    return body.items as CheckView[];
  };
  const states = async (model: string) =>
    Object.fromEntries((await checks(model)).map(({ kind, state }) => [kind, state]));
  const evidence = async (model: string, wanted: string) =>
    (await checks(model)).find(({ kind }) => kind === wanted)?.evidence;

  const good = randomBytes(300_000);
  const bad = randomBytes(300_000);

  it('are read and hashed, and what was read is told', async () => {
    await place.write('read.bin', good);
    await register('read', of('read.bin', good));
    await ask('read', true);
    await expect.poll(() => states('read'), POLL).toEqual({ artifact: 'present', content: 'present' });
    const expected = { digest: digestOf(good), size: good.length };
    expect(await evidence('read', 'content')).toEqual({
      digest: expected.digest,
      bytes: good.length,
      seconds: expect.any(Number),
      expected,
    });
  });

  it('overwritten with as many others are found by a look already, which asks for the reading that proves it', async () => {
    await place.write('over.bin', good);
    await register('over', of('over.bin', good));
    await expect.poll(() => states('over'), POLL).toMatchObject({ artifact: 'present' });
    await place.write('over.bin', bad);
    await ask('over', false);
    await expect.poll(() => states('over'), POLL).toEqual({ artifact: 'changed', content: 'changed' });
    // A reading that was under way when it was overwritten proves nothing, and another one follows.
    await expect
      .poll(() => evidence('over', 'content'), POLL)
      .toMatchObject({ digest: digestOf(bad), bytes: bad.length });
    await expect
      .poll(() => evidence('over', 'artifact'), POLL)
      .toMatchObject({ read: 'its bytes were others', mark: expect.any(String) });
  });

  it('that are back where they were are present again, without anybody asking for a reading', async () => {
    await place.write('over.bin', good);
    await ask('over', false);
    await expect.poll(() => states('over'), POLL).toEqual({ artifact: 'present', content: 'present' });
  });

  it('that came only after the registration are read at once, since nothing says that they are the recorded ones', async () => {
    await register('late', of('late.bin', good));
    await expect.poll(() => states('late'), POLL).toEqual({ artifact: 'missing' });
    await place.write('late.bin', bad);
    await ask('late', false);
    await expect.poll(() => states('late'), POLL).toEqual({ artifact: 'changed', content: 'changed' });
  });

  it('cut short or gone need no reading to be told from the recorded ones', async () => {
    await place.write('short.bin', good);
    await register('short', of('short.bin', good));
    await expect.poll(() => states('short'), POLL).toMatchObject({ artifact: 'present' });
    await place.write('short.bin', good.subarray(0, 1000));
    await ask('short', true);
    await expect.poll(() => states('short'), POLL).toEqual({ artifact: 'changed', content: 'changed' });
    expect(await evidence('short', 'content')).toMatchObject({ size: 1000, expected: { size: good.length } });
    await place.remove('short.bin');
    await ask('short', true);
    await expect.poll(() => states('short'), POLL).toEqual({ artifact: 'missing', content: 'missing' });
    await place.write('short.bin', good);
    await ask('short', false);
    await expect.poll(() => states('short'), POLL).toEqual({ artifact: 'present', content: 'present' });
  });

  it('of many files below a prefix are read file by file, and one of them that was overwritten is found', async () => {
    const files = Array.from({ length: 25 }, (_, n) => ({ path: `part/${n}.bin`, bytes: randomBytes(1000 + n) }));
    for (const { path, bytes } of files) await place.write(`tree/${path}`, bytes);
    const digest = treeDigest(files.map(({ path, bytes }) => ({ path, digest: digestOf(bytes) })));
    const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
    await register('tree', { uri: place.uriOf('tree/'), digest, size, path: 'tree' });
    await ask('tree', true);
    await expect.poll(() => states('tree'), POLL).toEqual({ artifact: 'present', content: 'present' });
    expect(await evidence('tree', 'content')).toMatchObject({ digest, bytes: size, objects: 25 });
    await place.write('tree/part/7.bin', randomBytes(1007));
    await ask('tree', false);
    await expect.poll(() => states('tree'), POLL).toEqual({ artifact: 'changed', content: 'changed' });
    await place.write('tree/part/7.bin', files[7]?.bytes ?? Buffer.alloc(0));
    await ask('tree', false);
    await expect.poll(() => states('tree'), POLL).toEqual({ artifact: 'present', content: 'present' });
  });
});
