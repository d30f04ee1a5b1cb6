import { shownUri } from '../../stores/shown-uri.js';
import { treeDigest } from '../../domain/tree-digest.js';
import type { HeldFile } from '../cache/holding.js';
import type { VersionKey } from '../cache/version-key.js';
import { allOrFirstFailure } from './all-or-first-failure.js';
import { DownloadFailure, isWrongContent } from './download-failure.js';
import { fetchFile, type Fetching } from './fetch-file.js';
import type { WantedTree } from './plan-version.js';
import type { TreeFileWanted } from './tree-files.js';

// After so long, and after so many bytes, the cache is told what was learnt of a tree: a kill loses no more than that.
const LEARN_EVERY_MS = 2_000;
const LEARN_EVERY_BYTES = 64 * 1024 * 1024;

/**
 * Fetches the files of a tree, and tells the cache what they are once all of them together have the tree's digest.
 * Throws a DownloadFailure (`wrong-digest`) where they have not; then the cache has forgotten them.
 */
export async function fetchTree(
  key: VersionKey,
  tree: WantedTree,
  files: readonly TreeFileWanted[],
  fetching: Fetching,
): Promise<void> {
  const { tools, signal } = fetching;
  // What an earlier try learnt stays known, also where this one ends before it has looked at all of it.
  const found = new Map<string, HeldFile>();
  for (const { path, digest, size } of files) if (digest !== null) found.set(path, { path, digest, size });
  let learntAt = performance.now();
  let unlearnt = 0;
  const learn = async (): Promise<void> => {
    learntAt = performance.now();
    unlearnt = 0;
    await tools.cache.learn(key, tree, [...found.values()]);
  };
  try {
    await allOrFirstFailure(files, signal, (file, stop) =>
      tools.files(async () => {
        stop.throwIfAborted();
        const digest = await fetchFile(file, { ...fetching, signal: stop });
        if (found.get(file.path)?.digest === digest) return;
        found.set(file.path, { path: file.path, digest, size: file.size });
        unlearnt += file.size;
        if (unlearnt >= LEARN_EVERY_BYTES || performance.now() - learntAt > LEARN_EVERY_MS) await learn();
      }),
    );
  } catch (error) {
    // What an earlier try learnt may be what is wrong.
    if (isWrongContent(error)) found.clear();
    await learn();
    throw error;
  }
  const digest = treeDigest([...found.values()]);
  if (digest !== tree.digest) {
    found.clear();
    await learn();
    const text = `its files have the digest ${digest} together, and the version says ${tree.digest}`;
    throw new DownloadFailure('wrong-digest', `${shownUri(tree.uri)}: ${text}`);
  }
  await learn();
}
