import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResumableSha256 } from '../../../src/domain/resumable-sha256.js';

const pieces = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 12 });

describe('a resumable SHA-256', () => {
  it('gives the digest of the bytes, wherever it was put away and taken up again', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, async (given) => {
        let hash = await ResumableSha256.create();
        for (const piece of given) {
          hash.update(piece);
          const state = hash.save();
          hash = await ResumableSha256.create();
          expect(hash.load(state)).toBe(true);
        }
        const expected = createHash('sha256').update(Buffer.concat(given)).digest('hex');
        expect(hash.digest()).toBe(`sha256:${expected}`);
      }),
    );
  });

  it('begins anew with a state that it does not know', async () => {
    const hash = await ResumableSha256.create();
    hash.update(Buffer.from('something'));
    expect(hash.load(Buffer.from('no state at all'))).toBe(false);
    expect(hash.digest()).toBe(`sha256:${createHash('sha256').digest('hex')}`);
  });

  it('has one instance for many files', async () => {
    const hash = await ResumableSha256.create();
    for (const text of ['one', '', 'three']) {
      hash.reset();
      hash.update(Buffer.from(text));
      expect(hash.digest()).toBe(`sha256:${createHash('sha256').update(text).digest('hex')}`);
    }
  });

  it('keeps a small state', async () => {
    const hash = await ResumableSha256.create();
    hash.update(Buffer.alloc(1_000_003));
    expect(hash.save().byteLength).toBeLessThan(200);
  });
});
