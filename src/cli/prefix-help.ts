const FILES = 'find -L . -type f -printf';
const DIGEST = `${FILES} '%P\\n' | LC_ALL=C sort | xargs -rd '\\n' sha256sum -- | sha256sum`;
const SIZE = `${FILES} '%s\\n' | awk '{ n += $1 } END { printf "%.0f\\n", n }'`;

/** How to work out digest and size of a prefix by hand: two command lines for a copy of the folder. */
export const BY_HAND = ['digest=sha256: and the digits of', `  ${DIGEST}`, 'size= is what this prints:', `  ${SIZE}`];

/** The paragraph about prefixes in `lastgood register --help`. */
export function prefixHelp(): string {
  return [
    '',
    'A URI that ends in / is one artifact too: all files below that folder. Its size is the sum of theirs; its digest is',
    'the SHA-256 of one line "<hex digest>  <relative path>" for each file, sorted by the bytes of the paths. For a',
    'file:// folder both are worked out here; for one that lies elsewhere, run this inside a copy of it:',
    ...BY_HAND.map((line) => `  ${line}`),
  ].join('\n');
}
