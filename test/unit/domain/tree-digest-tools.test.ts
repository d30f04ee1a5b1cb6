import * as fc from 'fast-check';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pathProblem } from '../../../src/domain/artifact.js';
import { digestOf } from '../../../src/domain/digest.js';
import { treeDigest, type TreeFile } from '../../../src/domain/tree-digest.js';

const PLAIN = `find . -type f -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum`;
const DOCUMENTED = `find -L . -type f -printf '%P\\n' | LC_ALL=C sort | xargs -rd '\\n' sha256sum -- | sha256sum`;

describe("what find, sort and sha256sum print of a folder is its tree's digest", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tree-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function printed(command: string, inside: string): Promise<string> {
    const { stdout } = await promisify(execFile)('bash', ['-o', 'pipefail', '-c', command], { cwd: inside });
    return `sha256:${stdout.split(' ')[0] ?? ''}`;
  }

  async function laid(files: ReadonlyMap<string, string>, below: string): Promise<TreeFile[]> {
    for (const [path, bytes] of files) {
      await mkdir(dirname(join(below, path)), { recursive: true });
      await writeFile(join(below, path), bytes);
    }
    return [...files].map(([path, bytes]) => ({ path, digest: digestOf(bytes) }));
  }

  it('for a model as it comes', async () => {
    const paths = [
      'model.onnx',
      'config.json',
      'tokens/vocabulary.txt',
      'tokens.txt',
      'Weights/part-2',
      'weights/part-10',
    ];
    const tree = await laid(new Map(paths.map((path) => [path, `bytes of ${path}`])), folder);
    expect(await printed(PLAIN, folder)).toBe(treeDigest(tree));
    expect(await printed(DOCUMENTED, folder)).toBe(treeDigest(tree));
  });

  it('for any tree that a version can have', async () => {
    const odd = fc.constantFrom(
      '-n',
      '--check',
      ' ',
      ' a ',
      "it's",
      '"',
      '*',
      '$(x)',
      'ä',
      'é',
      '\uFF21',
      '\u{1F680}',
      '~',
      '%P',
    );
    const name = fc.oneof(odd, fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }));
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const usable = path.filter((text) => pathProblem(text) === null);
    const trees = fc.array(fc.tuple(usable, fc.string({ maxLength: 5 })), { minLength: 1, maxLength: 12 });
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(trees, async (entries) => {
        const below = join(folder, String((runs += 1)));
        await mkdir(below);
        const tree = await laid(withoutClashes(entries), below);
        expect(await printed(DOCUMENTED, below)).toBe(treeDigest(tree));
      }),
      { numRuns: 60 },
    );
  });

  it('for links to files, as model caches have them', async () => {
    const tree = await laid(new Map([['blobs/1', 'weights']]), folder);
    await mkdir(join(folder, 'snapshot'));
    await symlink('../blobs/1', join(folder, 'snapshot', 'model.onnx'));
    const linked = { path: 'model.onnx', digest: tree[0]?.digest ?? digestOf('') };
    expect(await printed(DOCUMENTED, join(folder, 'snapshot'))).toBe(treeDigest([linked]));
  });

  it('for a folder without files', async () => {
    expect(await printed(DOCUMENTED, folder)).toBe(treeDigest([]));
  });
});

/** One file a path, and none where another has a folder. */
function withoutClashes(entries: [string, string][]): Map<string, string> {
  const files = new Map<string, string>();
  for (const [path, bytes] of entries) {
    const clash = [...files.keys()].some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`));
    if (!clash) files.set(path, bytes);
  }
  return files;
}
