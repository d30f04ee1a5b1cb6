import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/domain/digest.js';
import { StoredBlob, type Pushed } from '../support/oci-push.js';
import { allListed } from './all-listed.js';
import { readContract } from './contract-read.js';
import { ociStoreUnderTest, type OciStoreUnderTest } from './oci-store-under-test.js';
import { allOf, freshBytes } from './sample-bytes.js';
import { thrownBy } from './thrown-by.js';

describe('the oci store, reading', () => {
  readContract(ociStoreUnderTest);
});

describe('an oci:// artifact', () => {
  let at: OciStoreUnderTest;
  beforeAll(async () => (at = await ociStoreUnderTest()));
  afterAll(() => at?.close());

  const titled = async (title: string, size: number): Promise<Pushed> => {
    const blob = await at.push.blob(freshBytes(size), 'application/octet-stream');
    return { ...blob, annotations: { 'org.opencontainers.image.title': title } };
  };

  it('with one layer means the bytes of that layer: their digest, size and type', async () => {
    const bytes = freshBytes(500);
    const uri = await at.plant('model.onnx', bytes);
    expect(await at.store.stat(uri)).toEqual({
      state: 'present',
      size: 500,
      digest: digestOf(bytes),
      mediaType: 'application/octet-stream',
    });
    expect((await allOf(at.store.read(uri))).equals(bytes)).toBe(true);
  });

  it('may be named by the digest of a blob', async () => {
    const bytes = freshBytes(300);
    const uri = at.push.uriOf(await at.push.blob(bytes));
    expect(await at.store.stat(uri)).toEqual({ state: 'present', size: 300, digest: digestOf(bytes) });
    expect((await allOf(at.store.read(uri, { start: 10, end: 19 }))).equals(bytes.subarray(10, 20))).toBe(true);
    expect(await thrownBy(at.store.read(uri, { start: 300 }))).toMatchObject({ code: 'range-outside' });
  });

  it('may carry a tag, which says nothing: the digest decides', async () => {
    const [one, two] = [await titled('a', 10), await titled('a', 20)];
    const first = await at.push.manifest([one], undefined, 'latest');
    const uri = at.push.uriOf(first).replace('@', ':latest@');
    await at.push.manifest([two], undefined, 'latest');
    expect(await at.store.refuses(uri)).toBeNull();
    expect(await at.another().stat(uri)).toMatchObject({ state: 'present', size: 10, digest: one.digest });
  });

  it('with several layers is looked at as a whole, and read by its files', async () => {
    const layers = [await titled('config.json', 11), await titled('weights/a b.bin', 22)];
    const manifest = await at.push.manifest(layers);
    const uri = at.push.uriOf(manifest);
    expect(await at.store.stat(uri)).toMatchObject({ state: 'present', digest: manifest.digest });
    expect(await thrownBy(at.store.read(uri))).toMatchObject({
      code: 'unsupported',
      evidence: expect.stringContaining('2 layers; with a / at its end'),
    });
    const files = await allListed(at.store.list(`${uri}/`));
    expect(files).toEqual([
      { path: 'config.json', size: 11, uri: `${uri}/config.json`, etag: layers[0]?.digest },
      { path: 'weights/a b.bin', size: 22, uri: `${uri}/weights/a%20b.bin`, etag: layers[1]?.digest },
    ]);
    expect(await at.store.stat(`${uri}/`)).toEqual({ state: 'present', size: 33, objects: 2 });
    for (const { uri: file, size, etag: digest } of files) {
      expect(await at.store.stat(file)).toMatchObject({ state: 'present', size, digest });
      expect(digestOf(await allOf(at.store.read(file)))).toBe(digest);
    }
    expect(await at.store.stat(`${uri}/other`)).toMatchObject({ state: 'missing' });
    expect(await thrownBy(at.store.read(`${uri}/other`))).toMatchObject({ code: 'missing' });
    expect(await thrownBy(at.store.read(`${uri}/`))).toMatchObject({ code: 'unsupported' });
    expect(await thrownBy(allListed(at.store.list(uri)))).toBeInstanceOf(TypeError);
  });

  it.each([
    ['without a title', {}, 'no title'],
    ['that climbs out of its folder', { 'org.opencontainers.image.title': '../etc/passwd' }, 'must be a relative path'],
    [
      'that is a packed folder',
      { 'org.opencontainers.image.title': 'a', 'io.deis.oras.content.unpack': 'true' },
      'packed folder',
    ],
  ])('with a layer %s is not listed in part', async (_what, annotations, text) => {
    const layers = [await titled('good', 5), { ...(await at.push.blob(freshBytes(6))), annotations }];
    const prefix = `${at.push.uriOf(await at.push.manifest(layers))}/`;
    const evidence = expect.stringContaining(text);
    expect(await thrownBy(allListed(at.store.list(prefix)))).toMatchObject({ code: 'unsupported', evidence });
    expect(await at.store.stat(prefix)).toEqual({ state: 'unsupported', evidence });
  });

  it('whose two layers have one title is not listed', async () => {
    const layers = [await titled('same', 5), await titled('same', 6)];
    const prefix = `${at.push.uriOf(await at.push.manifest(layers))}/`;
    expect(await thrownBy(allListed(at.store.list(prefix)))).toMatchObject({ code: 'unsupported' });
  });

  it('that was deleted is missing, and present again once it is pushed again', async () => {
    const layer = await titled('again', 50);
    const manifest = await at.push.manifest([layer]);
    const uri = at.push.uriOf(manifest);
    expect(await at.store.stat(uri)).toMatchObject({ state: 'present' });
    await at.push.delete('manifests', manifest);
    const asked = `${at.server.host}/v2/team/models/manifests/${manifest.digest}`;
    expect(await at.store.stat(uri)).toEqual({ state: 'missing', evidence: `HEAD ${asked} answered 404` });
    expect(await at.another().stat(uri)).toMatchObject({
      state: 'missing',
      evidence: `GET ${asked} answered 404 MANIFEST_UNKNOWN`,
    });
    await at.push.manifest([layer]);
    expect(await at.store.stat(uri)).toMatchObject({ state: 'present' });
  });

  it('whose bytes were cut on the disk is changed', async () => {
    const layer = await titled('cut', 1_000);
    const uri = at.push.uriOf(await at.push.manifest([layer]));
    await new StoredBlob(at.server.folder, layer).cutTo(999);
    expect(await at.store.stat(uri)).toEqual({
      state: 'changed',
      evidence: expect.stringMatching(/^HEAD .*\/blobs\/sha256:\w{64} answered a size of 999 bytes, .* says 1000$/),
    });
  });

  it.each([
    ['oci://host/repo', 'oci://host/repository@sha256:<64 hex>'],
    ['oci://host/repo:latest', 'oci://host/repository@sha256:<64 hex>'],
    [`oci://host/Repo@${digestOf('a')}`, 'oci://host/repository@'],
    [`oci://host/../repo@${digestOf('a')}`, 'oci://host/repository@'],
    [`oci:///repo@${digestOf('a')}`, 'oci://host/repository@'],
    [`oci://user:secret@host/repo@${digestOf('a')}`, 'oci://host/repository@'],
    [`oci://host/repo@${digestOf('a')}?x=y`, 'oci://host/repository@'],
    [`oci://host/repo@${digestOf('a')}/../b`, 'relative path'],
    [`oci://host/repo@${digestOf('a')}/a%2fb/%2e%2e`, 'relative path'],
    [`oci://host/repo@${digestOf('a')}/%ff`, '%25'],
  ])('written %j is refused, with what would be right', async (uri, text) => {
    const refusal = await at.store.refuses(uri);
    expect(refusal).toMatchObject({ code: 'malformed-uri', text: expect.stringContaining(text) });
    expect(refusal?.text).not.toContain('secret');
  });

  it('on a host that is not allowed is refused, and never asked for', async () => {
    const uri = `oci://evil.example/repo@${digestOf('a')}`;
    expect(await at.store.refuses(uri)).toMatchObject({ code: 'host-not-allowed' });
    expect(await at.store.stat(uri)).toMatchObject({ state: 'forbidden' });
    const loopback = at.another({ allowedNetworks: [] });
    expect(await loopback.stat(at.uriNamed('a'))).toMatchObject({ state: 'forbidden' });
  });
});
