import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInside, isMachinesOwn } from '../../../src/domain/folder.js';

const name = fc.stringMatching(/^[a-z.-]{1,6}$/);
const folder = fc.array(name, { maxLength: 4 }).map((names) => `/${names.join('/')}`);

describe('what lies below a folder', () => {
  it('is every path that goes on from it by a name, the root of all included', () => {
    fc.assert(
      fc.property(folder, fc.array(name, { minLength: 1, maxLength: 3 }), (root, rest) => {
        expect(isInside(root, `${root === '/' ? '' : root}/${rest.join('/')}`)).toBe(true);
      }),
    );
  });

  it('is neither the folder itself, nor what only begins with the same letters, nor what lies above', () => {
    fc.assert(
      fc.property(folder, name, (root, more) => {
        expect(isInside(root, root)).toBe(root === '/');
        fc.pre(root !== '/');
        expect(isInside(root, `${root}${more}/weights.bin`)).toBe(false);
        expect(isInside(`${root}/${more}`, root)).toBe(false);
      }),
    );
  });

  it('is the machine’s own below /proc and /sys, and nowhere else', () => {
    expect(['/proc/self/environ', '/sys/kernel'].every(isMachinesOwn)).toBe(true);
    expect(['/process/a', '/srv/proc/a', '/system'].some(isMachinesOwn)).toBe(false);
  });
});
