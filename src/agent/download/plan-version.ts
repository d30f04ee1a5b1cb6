import { isPrefix } from '../../domain/artifact.js';
import { parseDigest, type Digest } from '../../domain/digest.js';
import type { Artifact } from '../../domain/version-record.js';
import type { HeldFile, HeldTree } from '../cache/holding.js';
import { partialName } from '../cache/holdings.js';
import { DownloadFailure } from './download-failure.js';
import type { WantedFile } from './fetch-file.js';

/** A tree of a version: a prefix artifact, all of whose files together have a digest. `size` is theirs together. */
export interface WantedTree extends HeldTree {
  readonly uri: string;
  readonly size: number;
}

/** A version's artifacts, sorted into single files and trees. */
export interface VersionPlan {
  readonly files: readonly HeldFile[];
  readonly trees: readonly WantedTree[];
  /** What to fetch for `files`: each digest once. */
  readonly wanted: readonly WantedFile[];
}

/** Sorts a version's artifacts. Throws a DownloadFailure for what no registered version has. */
export function planVersion(artifacts: readonly Artifact[]): VersionPlan {
  const files: HeldFile[] = [];
  const trees: WantedTree[] = [];
  const wanted = new Map<Digest, WantedFile>();
  for (const { path, uri, digest: text, size } of artifacts) {
    const digest = parseDigest(text);
    if (digest === null) throw new DownloadFailure('unusable', `${path} has no digest: ${JSON.stringify(text)}`);
    if (!Number.isSafeInteger(size) || size < 0) throw new DownloadFailure('unusable', `${path} has no size: ${size}`);
    if (isPrefix(uri)) trees.push({ path, uri, digest, size });
    else {
      files.push({ path, digest, size });
      if (!wanted.has(digest)) wanted.set(digest, { name: partialName(digest), uri, digest, size });
    }
  }
  return { files, trees, wanted: [...wanted.values()] };
}
