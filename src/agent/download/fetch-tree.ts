import { shownUri } from '../../stores/shown-uri.js';
import { treeDigest } from '../../domain/tree-digest.js';
import type { HeldFile } from '../cache/holding.js';
import type { VersionKey } from '../cache/version-key.js';
import { allOrFirstFailure } from './all-or-first-failure.js';
import { DownloadFailure, isWrongContent } from './download-failure.js';
import { fetchFile, type Fetching } from './fetch-file.js';
import type { WantedTree } from './plan-version.js';
import type { TreeFileWanted } from './tree-files.js';

/** How often the cache is told what was learnt of a tree, so that a kill does not lose it. In milliseconds. */
const LEARN_EVERY_MS = 2_000;

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
  const found: HeldFile[] = [];
  let learntAt = performance.now();
  const learn = async (): Promise<void> => {
    learntAt = performance.now();
    await tools.cache.learn(key, tree, [...found]);
  };
  try {
    await allOrFirstFailure(files, signal, (file, stop) =>
      tools.files(async () => {
        stop.throwIfAborted();
        const digest = await fetchFile(file, { ...fetching, signal: stop });
        found.push({ path: file.path, digest, size: file.size });
        if (performance.now() - learntAt > LEARN_EVERY_MS) await learn();
      }),
    );
  } catch (error) {
    // What an earlier try learnt may be what is wrong.
    if (isWrongContent(error)) found.length = 0;
    await learn();
    throw error;
  }
  const digest = treeDigest(found);
  if (digest !== tree.digest) {
    found.length = 0;
    await learn();
    const text = `its files have the digest ${digest} together, and the version says ${tree.digest}`;
    throw new DownloadFailure('wrong-digest', `${shownUri(tree.uri)}: ${text}`);
  }
  await learn();
}
