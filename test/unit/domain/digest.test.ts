import { describe, expect, it } from 'vitest';
import { digestOf, hexOf, parseDigest, sha256Hex } from '../../../src/domain/digest.js';

// FIPS 180-4, the example of a one-block message.
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

describe('a digest', () => {
  it('is the SHA-256 of the bytes, or of the text in UTF-8', () => {
    expect(sha256Hex('abc')).toBe(ABC);
    expect(digestOf(Buffer.from('abc'))).toBe(`sha256:${ABC}`);
    expect(hexOf(digestOf('abc'))).toBe(ABC);
    expect(digestOf('é')).toBe(digestOf(Buffer.from('é', 'utf8')));
  });

  it('is taken only as sha256: and 64 lower-case hex digits', () => {
    expect(parseDigest(`sha256:${ABC}`)).toBe(`sha256:${ABC}`);
    const wrong = [ABC, `sha256:${ABC.toUpperCase()}`, `sha256:${ABC}0`, `sha256:${ABC.slice(1)}`, `md5:${ABC}`];
    for (const value of [...wrong, `sha256:${ABC}\n`, '', null, undefined, 5, {}])
      expect(parseDigest(value)).toBeNull();
  });
});
