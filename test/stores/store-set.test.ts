import { describe, expect, it } from 'vitest';
import { shownUri } from '../../src/stores/shown-uri.js';
import { StoreSet } from '../../src/stores/store-set.js';

const file = { folder: '/srv/lastgood/artifacts', roots: ['/srv/models'] };
const s3 = {
  bucket: 'models',
  endpoint: 'http://127.0.0.1:9',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
};

const DIGEST = `sha256:${'5'.repeat(64)}`;

describe('the set of stores', () => {
  it('finds the store of a URI by its scheme, in any case', async () => {
    const set = await StoreSet.open({ file, s3 });
    expect(set.schemes).toEqual(['file', 's3']);
    expect(await set.forUri('file:///srv/models/a.onnx')).toMatchObject({ scheme: 'file' });
    expect(await set.forUri('S3://models/a.onnx')).toMatchObject({ scheme: 's3' });
    set.close();
  });

  it.each([
    ['ftp://host/a', 'ftp://host/a has the scheme ftp; served here: file:// and s3://'],
    ['model.onnx', 'model.onnx is not a URI; served here: file:// and s3://'],
    ['/srv/models/a.onnx', '/srv/models/a.onnx is not a URI; served here: file:// and s3://'],
    [
      'https://user:pass@host/a?signature=x',
      'https://…@host/a?… has the scheme https; served here: file:// and s3://; https:// is served where ' +
        'LASTGOOD_HTTPS_ALLOWED_HOSTS names its host',
    ],
  ])('refuses %j and lists what is served', async (uri, text) => {
    const set = await StoreSet.open({ file, s3 });
    expect(await set.forUri(uri)).toEqual({ code: 'unknown-scheme', text });
    set.close();
  });

  it('lists only what is configured', async () => {
    const refusal = await (await StoreSet.open({ file })).forUri('s3://models/a');
    const way = 's3:// is served where S3_BUCKET or LASTGOOD_S3_STORES_FILE names a bucket';
    expect(refusal).toMatchObject({ text: `s3://models/a has the scheme s3; served here: file://; ${way}` });
  });

  it("hands on the store's own refusal", async () => {
    expect(await (await StoreSet.open({ file })).forUri('file:///etc/passwd')).toMatchObject({ code: 'outside-roots' });
  });

  it.each([
    [{ file }, 'file'],
    [{ s3 }, 's3'],
    [{ file, s3 }, 'file'],
    [{ file, s3, uploads: 's3' as const }, 's3'],
  ])('sends uploads where they belong: %j', async (options, scheme) => {
    const set = await StoreSet.open(options);
    expect(set.uploads.scheme).toBe(scheme);
    set.close();
  });

  it('serves web servers and registries where hosts are allowed, and http:// only where a host is listed so', async () => {
    const https = { allowedHosts: ['models.example'] };
    const oci = { allowedHosts: ['registry.example'] };
    const set = await StoreSet.open({ file, https, oci });
    expect(set.schemes).toEqual(['file', 'https', 'oci']);
    expect(set.uploads.scheme).toBe('file');
    expect(await set.forUri('https://models.example/a')).toMatchObject({ scheme: 'https' });
    expect(await set.forUri('https://other.example/a')).toMatchObject({ code: 'host-not-allowed' });
    expect(await set.forUri(`oci://registry.example/a@${DIGEST}`)).toMatchObject({ scheme: 'oci' });
    expect(await set.statImage(`other.example/a@${DIGEST}`)).toMatchObject({ code: 'host-not-allowed' });
    expect(await set.statImage('registry.example/a:latest')).toMatchObject({ code: 'malformed-uri' });
    set.close();
    const plain = await StoreSet.open({
      file,
      https: { allowedHosts: ['http://10.0.0.7'], allowedNetworks: ['10.0.0.0/8'] },
    });
    expect(plain.schemes).toEqual(['file', 'https', 'http']);
    expect(await plain.forUri('http://10.0.0.7/a')).toMatchObject({ scheme: 'https' });
    plain.close();
  });

  it('looks at no image where no registry is allowed, and names the setting', async () => {
    const text = expect.stringContaining('LASTGOOD_OCI_ALLOWED_HOSTS');
    expect(await (await StoreSet.open({ file })).statImage(`a@${DIGEST}`)).toEqual({ code: 'host-not-allowed', text });
  });

  it.each([
    [{ file }, 'file:///srv/models/a.onnx', 'file:///srv/models/a.onnx', 'only s3:// and oci:// can'],
    [{ file }, 's3://models/a', 's3://models/a', 'has the scheme s3; served here: file://'],
    [{ file, s3 }, 's3://others/a', 's3://others/a', 'the buckets served here are: models'],
    [{ file }, `a@${DIGEST}`, `oci://docker.io/library/a@${DIGEST}`, 'LASTGOOD_OCI_ALLOWED_HOSTS'],
  ])('pins nothing where it cannot, and says why (%#)', async (options, subject, place, text) => {
    const set = await StoreSet.open(options);
    const { pins } = set;
    const said = { state: 'unsupported', evidence: expect.any(String) };
    await expect(pins.places(subject)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'unsupported',
      evidence: expect.stringContaining(text),
    });
    const target = { place, versionId: '', how: 'object-tag' } as const;
    expect([await pins.pinned(place), await pins.pin(target), await pins.unpin(target)]).toEqual([said, said, said]);
    set.close();
  });

  it('cannot be built without a place for uploads', async () => {
    await expect(StoreSet.open({})).rejects.toThrow('file or s3 must be configured');
    await expect(StoreSet.open({ file, uploads: 's3' })).rejects.toThrow('s3 must be configured');
  });
});

describe('a URI in a message', () => {
  it.each([
    ['s3://bucket/key', 's3://bucket/key'],
    ['https://user:p%40ss@host/x', 'https://…@host/x'],
    ['https://host/x@y', 'https://host/x@y'],
    ['https://host/x?X-Amz-Signature=abc#frag', 'https://host/x?…'],
    ['a\nb\u001b[31m', 'a\ufffdb\ufffd[31m'],
    ['x'.repeat(1_000), `${'x'.repeat(300)}…`],
  ])('%j is shown as %j', (uri, shown) => {
    expect(shownUri(uri)).toBe(shown);
  });
});
