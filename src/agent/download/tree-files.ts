import { shownUri } from '../../stores/shown-uri.js';
import type { ListedObject } from '../../stores/artifact-store.js';
import type { HeldFile } from '../cache/holding.js';
import { partialName } from '../cache/holdings.js';
import { filesProblem } from '../cache/view-paths.js';
import { DownloadFailure } from './download-failure.js';
import type { WantedFile } from './fetch-file.js';
import type { WantedTree } from './plan-version.js';
import { retrying } from './retrying.js';
import type { Tools } from './tools.js';

/** A file of a tree: its path below the tree's top, and how it is fetched. */
export interface TreeFileWanted extends WantedFile {
  readonly path: string;
}

/**
 * What has to be fetched for a tree, by what its store lists now. Files that `known` has, from an earlier try, have a
 * digest already: where it is no longer theirs, the digest of the tree will say so. Throws a DownloadFailure where the
 * list cannot be that of the tree, and StoreErrors.
 */
export async function treeFiles(
  tree: WantedTree,
  known: readonly HeldFile[],
  tools: Tools,
  signal: AbortSignal,
): Promise<TreeFileWanted[]> {
  const { uri, size } = tree;
  const store = await tools.storeOf(uri);
  const listed = await retrying(tools.settings, signal, async () => {
    const all: ListedObject[] = [];
    for await (const object of store.list(uri, { signal })) all.push(object);
    return all;
  });
  const total = listed.reduce((sum, object) => sum + object.size, 0);
  if (total !== size) {
    const code = total < size ? 'too-few-bytes' : 'too-many-bytes';
    const text = `its files have ${total} bytes together now, and the version says ${size}`;
    throw new DownloadFailure(code, `${shownUri(uri)}: ${text}`);
  }
  const problem = filesProblem(listed);
  if (problem !== null) throw new DownloadFailure('unusable', `${shownUri(uri)}: ${problem}`);
  const digests = new Map(known.map((file) => [`${file.size} ${file.path}`, file.digest]));
  return listed.map((object) => ({
    path: object.path,
    name: partialName(tree.digest, object.path),
    uri: object.uri,
    size: object.size,
    digest: digests.get(`${object.size} ${object.path}`) ?? null,
    ...(object.mark === undefined ? {} : { mark: object.mark }),
  }));
}
