import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pathProblem } from '../../../src/domain/artifact.js';
import { digestOf } from '../../../src/domain/digest.js';
import { treeDigest, type TreeFile } from '../../../src/domain/tree-digest.js';

const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 });
const path = fc
  .array(name, { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'))
  .filter((text) => pathProblem(text) === null);
const file = fc.record({ path, digest: fc.uint8Array({ maxLength: 4 }).map(digestOf) });
const tree = fc.uniqueArray(file, { selector: (one) => one.path, maxLength: 30 });

describe("a tree's digest", () => {
  it('is the SHA-256 of its lines, sorted by the bytes of the paths', () => {
    fc.assert(
      fc.property(tree, (files) => {
        // The digits of hex sort as the bytes do.
        const lines = files.map((one) => [
          Buffer.from(one.path).toString('hex'),
          `${one.digest.slice(7)}  ${one.path}\n`,
        ]);
        const text = lines.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)).map(([, line]) => line);
        expect(treeDigest(files)).toBe(`sha256:${createHash('sha256').update(text.join('')).digest('hex')}`);
      }),
    );
  });

  it('does not depend on the order in which the files were found', () => {
    const shuffled = tree.chain((files) =>
      fc.tuple(fc.constant(files), fc.shuffledSubarray(files, { minLength: files.length })),
    );
    fc.assert(
      fc.property(shuffled, ([files, others]) => {
        expect(treeDigest(others)).toBe(treeDigest(files));
      }),
    );
  });

  it('changes with every change of a file', () => {
    const changed = fc
      .tuple(tree, file)
      .filter(([files, { path: at }]) => files.every((one) => one.path !== at && one.path !== `${at}+`));
    fc.assert(
      fc.property(changed, ([files, other]) => {
        const more = treeDigest([...files, other]);
        const variants = [
          treeDigest(files),
          treeDigest([...files, { ...other, path: `${other.path}+` }]),
          treeDigest([...files, { ...other, digest: digestOf(`another ${other.digest}`) }]),
        ];
        expect(variants).not.toContain(more);
      }),
    );
  });

  it('sorts by bytes, not by UTF-16 units', () => {
    const [late, early] = ['\u{1F680}.bin', '\uFF21.bin'].map((at): TreeFile => ({ path: at, digest: digestOf(at) }));
    if (!late || !early) throw new Error('two files');
    const lines = [early, late].map((one) => `${one.digest.slice(7)}  ${one.path}\n`);
    expect(treeDigest([late, early])).toBe(digestOf(lines.join('')));
  });

  it.each(['', '.', '../up', 'a//b', '/abs', 'folder/', 'back\\slash', 'two\nlines'])(
    'is not taken over the path %j',
    (wrong) => {
      expect(() => treeDigest([{ path: wrong, digest: digestOf('') }])).toThrow(/path .* must be a relative path/);
    },
  );

  it('is not taken over two files at one path, nor over what is no digest', () => {
    const one: TreeFile = { path: 'a', digest: digestOf('') };
    expect(() => treeDigest([one, { path: 'b', digest: digestOf('') }, one])).toThrow('two files of a tree lie at "a"');
    expect(() => treeDigest([{ path: 'a', digest: 'sha256:abc' }])).toThrow('not a digest: "sha256:abc"');
  });
});
