import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isImageUnseen } from '../../../src/domain/residency.js';

const revision = fc.nat(20);
const maybe = fc.option(revision);
const part = fc.constant({ state: 'resident' });

describe('an image that the agent says nothing of', () => {
  it('is left to others where the agent never says which list it follows', () => {
    fc.assert(
      fc.property(fc.boolean(), maybe, (hasImage, listedIn) => {
        expect(isImageUnseen({ hasImage, image: null, listedIn, followed: null })).toBe(false);
      }),
    );
  });

  it('is unseen until the agent follows a list that has the version, and only where there is one', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.option(part), maybe, revision, (hasImage, image, listedIn, followed) => {
        const isListed = listedIn !== null && listedIn <= followed;
        expect(isImageUnseen({ hasImage, image, listedIn, followed })).toBe(hasImage && image === null && !isListed);
      }),
    );
  });
});
