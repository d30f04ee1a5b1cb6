import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileUriOf, pathOfFileUri } from '../../src/stores/file-uri.js';

const name = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !/[/\0]|^\.{1,2}$/.test(text));

describe('a file URI', () => {
  it('gives back every path that was made into one', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 6 }), (names) => {
        const path = `/${names.join('/')}`;
        expect(pathOfFileUri(fileUriOf(path))).toBe(path);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['file:///a/b%20c', '/a/b c'],
    ['file:///a/b c', '/a/b c'],
    ['FILE:///a', '/a'],
    ['file://localhost/a', '/a'],
    ['file:///a+b', '/a+b'],
    ['file:///gr%C3%B6%C3%9Fe', '/größe'],
    ['file:///größe', '/größe'],
    ['file:///a/../b/./c', '/b/c'],
    ['file:///a%25b', '/a%b'],
    ['file:///a%3Fb%23c', '/a?b#c'],
    ['file:///a%0Ab', '/a\nb'],
  ])('%j names %j', (uri, path) => {
    expect(pathOfFileUri(uri)).toBe(path);
  });

  it.each([
    ['file:a', 'three slashes'],
    ['file:/a', 'three slashes'],
    ['file://server/share/a', 'names a host'],
    ['file://user:pass@localhost/a', 'file:///folder/file'],
    ['file:///a%2Fb', 'encoded slash'],
    ['file:///a%2fb', 'encoded slash'],
    ['file:///a%00b', 'zero byte'],
    ['file:///a\0b', 'percent-encoded'],
    ['file:///a\nb', 'percent-encoded'],
    ['file:///a\tb', 'percent-encoded'],
    ['file:///a\\..\\b', '%5C'],
    ['file:///a?version=1', '%3F'],
    ['file:///a#b', '%23'],
    ['file:///a%zz', '%25'],
    ['file:///100%', '%25'],
    ['file:///a%ff', '%25'],
    ['file:///a ', 'percent-encoded'],
    ['file:///\ud800', 'percent-encoded'],
  ])('%j is refused, and the text says %j', (uri, text) => {
    expect(pathOfFileUri(uri)).toMatchObject({ code: 'malformed-uri', text: expect.stringContaining(text) });
  });
});
