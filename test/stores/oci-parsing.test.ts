import { assert, constantFrom, dictionary, property, record, string, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imageProblem } from '../../src/domain/image.js';
import { parseChallenge } from '../../src/stores/oci-challenge.js';
import { parseManifest } from '../../src/stores/oci-manifest.js';
import { entryFor } from '../../src/stores/oci-platform.js';
import { apiHostOf, referenceOfImage, targetOfOciUri, type OciReference } from '../../src/stores/oci-reference.js';
import { StoreRefusal } from '../../src/stores/store-refusal.js';

const DIGEST = `sha256:${'a1'.repeat(32)}` as const;

describe('the reference of an image', () => {
  it.each([
    ['server', 'docker.io', 'library/server'],
    ['server:v1', 'docker.io', 'library/server'],
    ['team/server', 'docker.io', 'team/server'],
    ['docker.io/server', 'docker.io', 'library/server'],
    ['index.docker.io/team/server:v1', 'docker.io', 'team/server'],
    ['registry-1.docker.io/library/server', 'docker.io', 'library/server'],
    ['ghcr.example/team/a/b/server:v1.2_3', 'ghcr.example', 'team/a/b/server'],
    ['registry.example:5000/server', 'registry.example:5000', 'server'],
    ['localhost/server', 'localhost', 'server'],
    ['localhost:5000/server:v1', 'localhost:5000', 'server'],
    ['Registry.Example/team/server', 'registry.example', 'team/server'],
    ['UPPER/server', 'upper', 'server'],
    ['10.0.0.7:5000/server', '10.0.0.7:5000', 'server'],
    ['[::1]:5000/server', '[::1]:5000', 'server'],
  ])('%s lies on %s as %s', (text, registry, repository) => {
    expect(referenceOfImage(`${text}@${DIGEST}`)).toEqual({ registry, repository, digest: DIGEST });
  });

  it("asks Docker Hub at its API's own host", () => {
    expect(apiHostOf('docker.io')).toBe('registry-1.docker.io');
    expect(apiHostOf('ghcr.example')).toBe('ghcr.example');
  });

  it.each([
    'server',
    'server:v1',
    `team/Server@${DIGEST}`,
    `a//b@${DIGEST}`,
    `a:b:c@${DIGEST}`,
    'a@sha256:short',
    `@${DIGEST}`,
    '',
  ])('%j is refused', (text) => {
    expect(referenceOfImage(text)).toMatchObject({ code: 'malformed-uri' });
  });

  it('is understood wherever a record may hold it', () => {
    const host = constantFrom('', 'localhost/', 'registry.example/', 'registry.example:5000/', 'A.b/', '10.0.0.1:1/');
    // A dot in what stands first makes it a host.
    const path = stringMatching(
      /^[a-z0-9]{1,4}((_|__|-{1,3})[a-z0-9]{1,3}){0,2}(\/[a-z0-9]{1,5}(\.[a-z0-9]{1,2})?){0,2}$/,
    );
    const tag = stringMatching(/^(:[A-Za-z0-9_][A-Za-z0-9._-]{0,8})?$/);
    assert(
      property(host, path, tag, (at, name, version) => {
        const image = `${at}${name}${version}@${DIGEST}`;
        expect(imageProblem(image)).toBeNull();
        const reference = referenceOfImage(image);
        expect(reference).not.toBeInstanceOf(StoreRefusal);
        const { registry, repository } = reference as OciReference;
        const full = targetOfOciUri(`oci://${registry}/${repository}${version}@${DIGEST}`);
        expect(full).toEqual({ at: reference, path: null });
      }),
    );
  });
});

describe('the challenge of a registry', () => {
  it.each([
    [
      'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"',
      {
        scheme: 'bearer',
        realm: 'https://auth.example/token',
        service: 'registry.example',
        scope: 'repository:a/b:pull,push',
      },
    ],
    ['bearer REALM = "https://a" , scope = x', { scheme: 'bearer', realm: 'https://a', scope: 'x' }],
    ['Bearer realm="https://a/\\"quoted\\""', { scheme: 'bearer', realm: 'https://a/"quoted"' }],
    ['Basic realm="x"', { scheme: 'basic' }],
    ['Basic', { scheme: 'basic' }],
    ['Negotiate, Bearer realm="https://a"', { scheme: 'bearer', realm: 'https://a' }],
    ['Digest realm="x", nonce="y", Basic realm="z"', { scheme: 'basic' }],
    ['Bearer service="no realm"', null],
    ['Bearer', null],
    ['Negotiate', null],
    ['', null],
    [undefined, null],
  ])('%j is understood', (header, expected) => {
    expect(parseChallenge(header)).toEqual(expected);
  });

  it('gives back what was quoted in it', () => {
    const value = string({ unit: 'grapheme-ascii', maxLength: 40 });
    assert(
      property(record({ realm: value, service: value, scope: value }), (params) => {
        const quoted = Object.entries(params).map(([name, text]) => `${name}="${text.replace(/["\\]/g, '\\$&')}"`);
        expect(parseChallenge(`Bearer ${quoted.join(',')}`)).toEqual({ scheme: 'bearer', ...params });
      }),
    );
  });

  it('is never more than it can be, and takes no time, whatever the header holds', () => {
    assert(
      property(string({ maxLength: 2_000 }), (header) => {
        expect([null, 'basic', 'bearer']).toContain(parseChallenge(header)?.scheme ?? null);
      }),
    );
    expect(parseChallenge(`Bearer realm="${'\\'.repeat(50_000)}`)).toBeNull();
  });
});

describe('a manifest', () => {
  const blob = { mediaType: 'x/y', digest: DIGEST, size: 1 };
  const parse = (json: unknown): unknown => parseManifest(Buffer.from(JSON.stringify(json)));

  it('of the short-lived artifact type is one of layers too', () => {
    expect(parse({ mediaType: 'application/vnd.oci.artifact.manifest.v1+json', blobs: [blob] })).toMatchObject({
      kind: 'manifest',
      layers: [{ digest: DIGEST, size: 1 }],
    });
  });

  it.each([
    { layers: [{ ...blob, size: -1 }] },
    { layers: [{ ...blob, size: 1.5 }] },
    { layers: [{ ...blob, size: '1' }] },
    { layers: [{ ...blob, digest: 'sha512:aa' }] },
    { layers: [null] },
    { layers: {}, config: blob },
    { layers: [blob], config: null },
    { manifests: [{ ...blob, digest: 1 }] },
    [],
    null,
    'text',
  ])('is none: %j', (json) => {
    expect(parse(json)).toBeNull();
  });

  it('survives any JSON', () => {
    assert(
      property(dictionary(constantFrom('layers', 'manifests', 'config', 'blobs'), string()), (json) => {
        expect(parse(json)).toBeNull();
      }),
    );
  });

  const entryOf = (platform?: string) => {
    const entry = { digest: DIGEST, size: 1, mediaType: 'x/y', annotations: {}, foreign: false };
    return { ...entry, ...(platform === undefined ? {} : { platform }) };
  };

  it.each([
    ['linux/amd64', 'linux/amd64'],
    ['linux/arm64', 'linux/arm64/v8'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/arm/v7', 'linux/arm'],
    ['linux/arm/v6', 'linux/arm/v6'],
    ['linux/arm', 'linux/arm/v6'],
    ['linux/amd64', 'linux/amd64/v3'],
  ])('for %s is the one for %s', (wanted, has) => {
    const others = ['unknown/unknown', 'windows/amd64', undefined].map(entryOf);
    expect(entryFor(wanted, [...others, entryOf(has)])).toMatchObject({ platform: has });
    expect(entryFor('plan9/amd64', [...others, entryOf(has)])).toBeNull();
  });

  it.each([
    ['linux/amd64', ['linux/amd64/v3', 'linux/amd64'], 'linux/amd64'],
    ['linux/amd64/v3', ['linux/amd64', 'linux/amd64/v2', 'linux/amd64/v4'], 'linux/amd64/v2'],
    ['linux/arm/v7', ['linux/arm/v5', 'linux/arm/v6', 'linux/arm64'], 'linux/arm/v6'],
    ['linux/arm', ['linux/arm/v5', 'linux/arm/v7', 'linux/arm/v6'], 'linux/arm/v7'],
    ['linux/arm/v6', ['linux/arm/v7', 'linux/arm'], undefined],
    ['linux/arm/hardfloat', ['linux/arm/v7', 'linux/arm/softfloat'], undefined],
  ])('for %s out of %j is the one that a runtime takes: %s', (wanted, has, platform) => {
    expect(entryFor(wanted, has.map(entryOf))?.platform).toBe(platform);
  });
});
