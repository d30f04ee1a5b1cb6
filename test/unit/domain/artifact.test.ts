import { posix } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestProblem, mediaTypeProblem, pathFromUri, pathProblem, uriProblem } from '../../../src/domain/artifact.js';
import { imageProblem } from '../../../src/domain/image.js';

const HEX = '5'.repeat(64);

describe("an artifact's place inside its version", () => {
  it.each([
    'model.onnx',
    'weights/model-00001-of-00002.safetensors',
    '.hidden',
    '..a',
    'a..',
    'größe/模型',
    'a b',
    '-rf',
    'C:',
  ])('may be %s', (path) => {
    expect(pathProblem(path)).toBeNull();
  });

  it.each([
    '',
    '.',
    '..',
    '/',
    '/a',
    'a/',
    'a//b',
    '../a',
    'a/..',
    'a/./b',
    'a\\b',
    'a\u0000',
    'a\nb',
    'a\u0085b',
    null,
    5,
  ])('may not be %j', (path) => {
    expect(pathProblem(path)).toMatch(/must be a relative path/);
  });

  it('may not be longer than a file system takes', () => {
    expect(pathProblem('x'.repeat(255))).toBeNull();
    expect(pathProblem('x'.repeat(256))).not.toBeNull();
    expect(pathProblem('é'.repeat(128))).not.toBeNull();
    expect(pathProblem(`${'x/'.repeat(511)}xx`)).toBeNull();
    expect(pathProblem(`${'x/'.repeat(512)}x`)).not.toBeNull();
  });

  it('never leads out of the folder that it is in', () => {
    const parts = fc.oneof(fc.constantFrom('.', '..', '', 'a', '/', '\\', '\u0000'), fc.string({ maxLength: 5 }));
    const paths = fc.array(parts, { maxLength: 8 }).map((all) => all.join('/'));
    const property = fc.property(paths, (path) => {
      if (pathProblem(path) !== null) return true;
      return posix.resolve('/store/v1', path) === `/store/v1/${path}`;
    });
    expect(fc.check(property, { numRuns: 2000 }).counterexample).toBeNull();
  });

  it.each([
    ['s3://models/fraud/model.onnx', 'model.onnx'],
    ['file:///a/gr%C3%B6%C3%9Fe', 'größe'],
    ['https://host/a/b?signature=x/y', 'b'],
    ['https://host/a/b#part', 'b'],
    ['s3://models/100%', '100%'],
    ['s3://models/folder/', 'folder'],
    ['s3://models/a%2Fb', 'a/b'],
    ['s3://models/%2E%2E', '..'],
  ])('is the last part of its URI where none is given: %s', (uri, path) => {
    expect(pathFromUri(uri)).toBe(path);
  });
});

describe("an artifact's URI, digest and media type", () => {
  it.each(['s3://b/k', 'file:///a', 'https://h/x?y=z', 'x-y.z+1://a'])('may be %s', (uri) => {
    expect(uriProblem(uri)).toBeNull();
  });

  it.each([
    '',
    'b/k',
    '/a',
    's3:b',
    's3://',
    's3://a b',
    ' s3://a',
    's3://a\n',
    '1s://a',
    `s3://${'x'.repeat(2048)}`,
    `s3://models/${'重'.repeat(700)}`,
    null,
    5,
  ])('is refused as a URI: %.30j', (uri) => {
    expect(uriProblem(uri)).toMatch(/must be a URI such as/);
  });

  it.each([HEX, `sha256:${HEX}0`, `sha256:${HEX}\n`, `SHA256:${HEX}`, `sha256:${'A'.repeat(64)}`, '', null, 5])(
    'is refused as a digest: %j',
    (digest) => {
      expect(digestProblem(digest)).toMatch(/sha256: and 64 lower-case hex digits/);
    },
  );

  it.each(['application/octet-stream', 'application/vnd.onnx+json', 'text/x-1'])('may be the media type %s', (type) => {
    expect(mediaTypeProblem(type)).toBeNull();
  });

  it.each(['', 'text', 'text/', '/x', 'a/b/c', 'text/plain; charset=utf-8', 'text /x', 'text/\r\nX: y', null, 5])(
    'is refused as a media type: %j',
    (type) => {
      expect(mediaTypeProblem(type)).toMatch(/must be a media type/);
    },
  );
});

describe('an image', () => {
  it.each([
    `server@sha256:${HEX}`,
    `registry.example/team/server@sha256:${HEX}`,
    `registry.example:5000/team/server@sha256:${HEX}`,
    `registry.example/team/server:1.2@sha256:${HEX}`,
    `localhost:5000/server:latest@sha256:${HEX}`,
    `a/b__c/d-e.f@sha256:${HEX}`,
  ])('is taken by digest, with a tag or without: %s', (image) => {
    expect(imageProblem(image)).toBeNull();
  });

  it.each(['server', 'server:latest', 'registry.example:5000/team/server:1.2', `sha256:${HEX}`, ''])(
    'is not taken by a tag alone, which can be pushed again: %j',
    (image) => {
      expect(imageProblem(image)).toMatch(/by digest, .*a tag can be pushed again/);
    },
  );

  it.each([
    `server@sha256:${HEX.slice(1)}`,
    `server@sha256:${HEX}5`,
    `server@${HEX}`,
    `server@sha512:${HEX}`,
    `server@sha256:${HEX.replaceAll('5', 'A')}`,
    `server@sha256:${HEX}@sha256:${HEX}`,
    'server@',
  ])('is not taken by another digest than SHA-256: %s', (image) => {
    expect(imageProblem(image)).toMatch(/must end in @sha256: and 64 lower-case hex digits/);
  });

  it.each([
    `@sha256:${HEX}`,
    `:tag@sha256:${HEX}`,
    `server:@sha256:${HEX}`,
    `server:a b@sha256:${HEX}`,
    `registry.example/Team@sha256:${HEX}`,
    `registry.example//server@sha256:${HEX}`,
    `registry.example/server/@sha256:${HEX}`,
    `https://registry.example/server@sha256:${HEX}`,
    `registry.example:port/server@sha256:${HEX}`,
    `registry.example/${'x'.repeat(1024)}@sha256:${HEX}`,
    null,
    5,
    {},
  ])('is not taken by what is no reference: %.50j', (image) => {
    expect(imageProblem(image)).toMatch(/must be an image by digest, registry\.example/);
  });

  it('is told in a moment from a text made to keep a pattern busy', () => {
    const long = `${'a-'.repeat(300)}${'_'.repeat(300)}!@sha256:${HEX}`;
    expect(imageProblem(long)).not.toBeNull();
  });
});
