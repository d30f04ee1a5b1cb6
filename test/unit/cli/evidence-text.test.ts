import { describe, expect, it } from 'vitest';
import { evidenceText } from '../../../src/cli/evidence-text.js';

const expected = { size: 300_000, digest: `sha256:${'b5'.repeat(32)}` };

describe('the evidence of a check', () => {
  it('is its own sentence, with the reference that it is about and the right that is missing', () => {
    expect(evidenceText({ said: 'the server answered 404' })).toBe('the server answered 404');
    const env = { said: 'there is no such file', missing: 'secret', reference: 'file:///run/secrets/token' };
    expect(evidenceText(env)).toBe('file:///run/secrets/token: there is no such file');
    const pin = { said: 'the server answered 403', permission: 's3:PutObjectTagging', how: [] };
    expect(evidenceText(pin)).toBe('the server answered 403 (needs s3:PutObjectTagging)');
  });

  it('says by how much the size is another one, and of a folder how many files there are', () => {
    expect(evidenceText({ size: 1000, expected })).toBe('it has 1000 B, the record says 300000 B (293.0 KiB)');
    expect(evidenceText({ size: 299_999, objects: 29, expected })).toBe(
      'it has 299999 B (293.0 KiB) in 29 files, the record says 300000 B (293.0 KiB)',
    );
  });

  it('names both digests where bytes of the same size were read, or the store itself gives another one', () => {
    const digest = `sha256:${'08'.repeat(32)}`;
    const said = 'its bytes are others: sha256:080808080808…, the record says sha256:b5b5b5b5b5b5…';
    expect(evidenceText({ bytes: 300_000, digest, seconds: 1, expected })).toBe(said);
    expect(evidenceText({ size: 300_000, digest, expected })).toBe(said);
  });

  it('tells an object that was written anew from one whose bytes were read since', () => {
    const marks = { was: 'etag:1', is: 'etag:2' };
    expect(evidenceText({ size: 300_000, mark: marks, expected })).toMatch(/^it was written anew; its bytes are about/);
    const read = { size: 300_000, mark: 'etag:2', read: 'its bytes were others', expected };
    expect(evidenceText(read)).toBe('its bytes were read and are others, of the same size');
  });

  it('is shown as it is where it holds none of that', () => {
    expect(evidenceText({ something: 'new' })).toBe('{"something":"new"}');
    expect(evidenceText(null)).toBe('');
  });
});
