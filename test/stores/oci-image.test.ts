import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/domain/digest.js';
import {
  DOCKER_LIST,
  DOCKER_MANIFEST,
  IMAGE_INDEX,
  IMAGE_MANIFEST,
  StoredBlob,
  type Pushed,
} from '../support/oci-push.js';
import { ociStoreUnderTest, type OciStoreUnderTest } from './oci-store-under-test.js';
import { freshBytes } from './sample-bytes.js';

describe('a container image by digest', () => {
  let at: OciStoreUnderTest;
  beforeAll(async () => (at = await ociStoreUnderTest()));
  afterAll(() => at?.close());

  const layers = async (...sizes: number[]): Promise<Pushed[]> => {
    const pushed: Pushed[] = [];
    for (const size of sizes) pushed.push(await at.push.blob(freshBytes(size)));
    return pushed;
  };
  const forPlatform = (pushed: Pushed, os: string, architecture: string, variant?: string): Pushed => {
    return { ...pushed, platform: { os, architecture, ...(variant === undefined ? {} : { variant }) } };
  };

  it.each([
    ['an OCI manifest', IMAGE_MANIFEST],
    ['a Docker manifest', DOCKER_MANIFEST],
  ])('with %s is present when all of it is: its digest, and the size of all blobs', async (_what, mediaType) => {
    const manifest = await at.push.manifest(await layers(100, 200), mediaType);
    const seen = await at.store.statImage(at.push.imageOf(manifest));
    expect(seen).toEqual({ state: 'present', digest: manifest.digest, size: expect.any(Number) });
    // The configuration's own bytes count too.
    expect(seen).toMatchObject({ size: expect.toSatisfy((size: number) => size > 300 && size < 600) });
  });

  it.each([
    ['an OCI index', IMAGE_INDEX, IMAGE_MANIFEST],
    ['a Docker manifest list', DOCKER_LIST, DOCKER_MANIFEST],
  ])('with %s is that of the platform wanted', async (_what, indexType, manifestType) => {
    const amd = await at.push.manifest(await layers(1_000), manifestType);
    const arm = await at.push.manifest(await layers(5_000), manifestType);
    const entries = [forPlatform(arm, 'linux', 'arm64', 'v8'), forPlatform(amd, 'linux', 'amd64')];
    const index = await at.push.index(entries, indexType);
    const image = at.push.imageOf(index);
    const about = (size: number): unknown => expect.toSatisfy((all: number) => all > size && all < size + 300);
    expect(await at.store.statImage(image)).toMatchObject({
      state: 'present',
      digest: index.digest,
      size: about(1_000),
    });
    for (const platform of ['linux/arm64', 'linux/arm64/v8', 'linux/arm64/v9']) {
      expect(await at.another({ platform }).statImage(image)).toMatchObject({ state: 'present', size: about(5_000) });
    }
    for (const platform of ['linux/s390x', 'linux/arm64/v7', 'windows/amd64']) {
      expect(await at.another({ platform }).statImage(image)).toEqual({
        state: 'missing',
        evidence: `the index ${index.digest} has no image for ${platform}; it has: linux/arm64/v8, linux/amd64`,
      });
    }
    // The other platform's image may go; only the wanted one counts.
    await at.push.delete('manifests', arm);
    expect(await at.store.statImage(image)).toMatchObject({ state: 'present' });
    await at.push.delete('manifests', amd);
    expect(await at.store.statImage(image)).toMatchObject({
      state: 'missing',
      evidence: expect.stringContaining(amd.digest),
    });
  });

  it('in an index within an index is found', async () => {
    const manifest = forPlatform(await at.push.manifest(await layers(10)), 'linux', 'amd64');
    const inner = forPlatform(await at.push.index([manifest]), 'linux', 'amd64');
    expect(await at.store.statImage(at.push.imageOf(await at.push.index([inner])))).toMatchObject({ state: 'present' });
  });

  it('in an index within an index that names no platform is found, and one that is in none of them is missing', async () => {
    const arm = forPlatform(await at.push.manifest(await layers(10)), 'linux', 'arm64');
    const amd = forPlatform(await at.push.manifest(await layers(20)), 'linux', 'amd64');
    const [first, second] = [await at.push.index([arm]), await at.push.index([amd], DOCKER_LIST)];
    const image = at.push.imageOf(await at.push.index([first, second]));
    expect(await at.store.statImage(image)).toMatchObject({ state: 'present' });
    await at.push.delete('manifests', amd);
    expect(await at.store.statImage(image)).toMatchObject({
      state: 'missing',
      evidence: expect.stringContaining(amd.digest),
    });
    expect(await at.another({ platform: 'linux/s390x' }).statImage(image)).toMatchObject({
      state: 'missing',
      evidence: expect.stringContaining('has no image for linux/s390x'),
    });
  });

  it('alone in an index that names no platform is the one that is meant', async () => {
    const only = await at.push.manifest(await layers(10));
    const image = at.push.imageOf(await at.push.index([only]));
    expect(await at.store.statImage(image)).toMatchObject({ state: 'present' });
    const two = at.push.imageOf(await at.push.index([only, await at.push.manifest(await layers(20))]));
    expect(await at.store.statImage(two)).toMatchObject({
      state: 'missing',
      evidence: expect.stringContaining('one that names no platform'),
    });
  });

  it('keeps its digest when its tag is pushed again', async () => {
    const first = await at.push.manifest(await layers(10), IMAGE_MANIFEST, 'v1');
    const second = await at.push.manifest(await layers(20), IMAGE_MANIFEST, 'v1');
    for (const { digest } of [first, second]) {
      const image = `${at.server.host}/team/models:v1@${digest}`;
      expect(await at.store.statImage(image)).toMatchObject({ state: 'present', digest });
    }
  });

  it('is missing once a single layer or its configuration is gone, and present once that is back', async () => {
    const bytes = freshBytes(400);
    const gone = await at.push.blob(bytes);
    const manifest = await at.push.manifest([...(await layers(10, 20)), gone, ...(await layers(30, 40, 50))]);
    const image = at.push.imageOf(manifest);
    expect(await at.store.statImage(image)).toMatchObject({ state: 'present' });
    await at.push.delete('blobs', gone);
    expect(await at.store.statImage(image)).toEqual({
      state: 'missing',
      evidence: `HEAD ${at.server.host}/v2/team/models/blobs/${gone.digest} answered 404`,
    });
    await at.push.blob(bytes);
    expect(await at.store.statImage(image)).toMatchObject({ state: 'present' });
  });

  it('tells the first of many missing layers, and how many more there are', async () => {
    const gone = await layers(11, 12, 13, 14, 15);
    const manifest = await at.push.manifest(gone);
    for (const layer of gone) await at.push.delete('blobs', layer);
    const seen = await at.store.statImage(at.push.imageOf(manifest));
    expect(seen).toMatchObject({ state: 'missing', evidence: expect.stringMatching(/; and 2 more$/) });
  });

  it('is changed when a layer was cut or lost its bytes on the disk', async () => {
    const [cut, emptied] = await layers(1_000, 2_000);
    const manifest = await at.push.manifest([cut!, emptied!]);
    await new StoredBlob(at.server.folder, cut!).cutTo(999);
    await new StoredBlob(at.server.folder, emptied!).cutTo(0);
    const seen = await at.store.statImage(at.push.imageOf(manifest));
    expect(seen).toMatchObject({ state: 'changed', evidence: expect.stringContaining('999 bytes') });
    expect(seen).toMatchObject({ evidence: expect.stringContaining('0 bytes, and the manifest says 2000') });
  });

  it.each([
    ['cut', (whole: Buffer) => whole.subarray(0, -1)],
    ['emptied', () => Buffer.alloc(0)],
    [
      'replaced by another of the same size',
      (whole: Buffer) => Buffer.from(whole.toString().replace(/"size":\d/, '"size":9')),
    ],
  ])('whose manifest was %s on the disk is not present', async (_what, damaged) => {
    const layer = await at.push.blob(freshBytes(100));
    const json = { schemaVersion: 2, mediaType: IMAGE_MANIFEST, config: layer, layers: [layer] };
    const manifest = await at.push.raw(json, IMAGE_MANIFEST);
    await new StoredBlob(at.server.folder, manifest).overwrite(damaged(Buffer.from(JSON.stringify(json))));
    const seen = await at.another().statImage(at.push.imageOf(manifest));
    expect(seen.state).not.toBe('present');
    expect(seen).toMatchObject({ evidence: expect.stringMatching(/^GET .* answered/) });
  });

  it('whose manifest is cut after it was seen is noticed the next time', async () => {
    const layer = await at.push.blob(freshBytes(101));
    const json = { schemaVersion: 2, mediaType: IMAGE_MANIFEST, config: layer, layers: [layer] };
    const manifest = await at.push.raw(json, IMAGE_MANIFEST);
    const image = at.push.imageOf(manifest);
    expect(await at.store.statImage(image)).toMatchObject({ state: 'present' });
    await new StoredBlob(at.server.folder, manifest).overwrite(Buffer.from(`${JSON.stringify(json)} `));
    expect((await at.store.statImage(image)).state).not.toBe('present');
  });

  it('is not expected to have layers that lie elsewhere', async () => {
    const [own] = await layers(10);
    const foreign = {
      mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar',
      digest: digestOf('foreign'),
      size: 7,
    };
    const manifest = await at.push.manifest([own!, { ...foreign, urls: ['https://elsewhere.example/layer'] }]);
    expect(await at.store.statImage(at.push.imageOf(manifest))).toMatchObject({ state: 'present' });
  });

  it('is unreachable, not missing, while the registry is down, and present again afterwards', async () => {
    const image = at.push.imageOf(await at.push.manifest(await layers(10)));
    const fresh = at.another();
    expect(await at.store.statImage(image)).toMatchObject({ state: 'present' });
    await at.whileUnreachable(async () => {
      for (const store of [at.store, fresh]) {
        const evidence = `${at.server.host} did not answer (ECONNREFUSED)`;
        expect(await store.statImage(image)).toEqual({ state: 'unreachable', evidence });
      }
    });
    for (const store of [at.store, fresh]) expect(await store.statImage(image)).toMatchObject({ state: 'present' });
  });

  it('ends with the reason of its signal', async () => {
    const image = at.push.imageOf(await at.push.manifest(await layers(10)));
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(at.store.statImage(image, { signal })).rejects.toThrow('gone');
  });
});
