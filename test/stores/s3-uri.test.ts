import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locationOfS3Uri, s3UriOf } from '../../src/stores/s3-uri.js';

const segment = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter((text) => !/^\.{1,2}$|[\p{Cc}\p{Surrogate}/]/u.test(text));
const key = fc
  .array(segment, { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join('/'))
  .filter((text) => text !== '' && Buffer.byteLength(text) <= 1024);

describe('an S3 URI', () => {
  it('gives back every key that was made into one', () => {
    fc.assert(
      fc.property(key, (text) => {
        expect(locationOfS3Uri(s3UriOf({ bucket: 'models', key: text }))).toEqual({ bucket: 'models', key: text });
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['s3://models/a/b.onnx', 'a/b.onnx'],
    ['S3://models/a', 'a'],
    ['s3://models/a b', 'a b'],
    ['s3://models/a%20b', 'a b'],
    ['s3://models/a+b', 'a+b'],
    ['s3://models/a%2Bb', 'a+b'],
    ['s3://models/a%2Fb', 'a/b'],
    ['s3://models//a//b/', '/a//b/'],
    ['s3://models/größe', 'größe'],
    ['s3://models/a%3Fb%23c%25d', 'a?b#c%d'],
    ['s3://models/...', '...'],
  ])('%j names the key %j', (uri, expected) => {
    expect(locationOfS3Uri(uri)).toEqual({ bucket: 'models', key: expected });
  });

  it.each([
    ['s3://models', 's3://bucket/key'],
    ['s3://models/', 's3://bucket/key'],
    ['s3:///key', 's3://bucket/key'],
    ['s3:models/key', 's3://bucket/key'],
    ['s3://models/a?versionId=1', '%3F'],
    ['s3://models/a#b', '%23'],
    ['s3://models/100%', '%25'],
    ['s3://models/a%ff', '%25'],
    ['s3://models/../other/key', '. or ..'],
    ['s3://models/a/%2e%2e/b', '. or ..'],
    ['s3://models/./a', '. or ..'],
    ['s3://models/a%00b', 'control character'],
    ['s3://models/a\nb', 'control character'],
    [`s3://models/${'é'.repeat(513)}`, '1024 bytes'],
  ])('%j is refused, and the text says %j', (uri, text) => {
    expect(locationOfS3Uri(uri)).toMatchObject({ code: 'malformed-uri', text: expect.stringContaining(text) });
  });

  it('never repeats credentials that somebody wrote into it', () => {
    const refusal = locationOfS3Uri('s3://AKIAEXAMPLE:wJalrXUtnFEMI@models/key');
    expect(refusal).toMatchObject({ code: 'malformed-uri' });
    expect(JSON.stringify(refusal)).not.toMatch(/AKIAEXAMPLE|wJalrXUtnFEMI/);
  });
});
