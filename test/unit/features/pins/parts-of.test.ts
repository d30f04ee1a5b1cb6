import fc from 'fast-check';
import { expect, it } from 'vitest';
import { partsOf } from '../../../../src/features/pins/parts-of.js';

it('parts of versions name every thing once and in order, in full groups of at most so many', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 20 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 12 }), (all, most) => {
      const versions = all.map((size, index) => ({ modelId: 1, version: index + 1, size }));
      const named = [...partsOf(versions, most)].map((group) =>
        group.flatMap(({ version, first, last }) =>
          Array.from({ length: last - first + 1 }, (_, index) => `${version}/${first + index}`),
        ),
      );
      const things = versions.flatMap(({ version, size }) =>
        Array.from({ length: size }, (_, index) => `${version}/${index}`),
      );
      expect(named.flat()).toEqual(things);
      expect(named.slice(0, -1).every((group) => group.length === most)).toBe(true);
      expect(named.every((group) => group.length > 0 && group.length <= most)).toBe(true);
    }),
  );
});
