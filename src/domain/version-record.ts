import { canonicalJson } from './canonical-json.js';
import { digestOf, type Digest } from './digest.js';
import type { Env } from './env.js';

/** Bytes that a version needs. `path` is the file's place inside the version, `size` is in bytes. */
export interface Artifact {
  path: string;
  uri: string;
  digest: string;
  size: number;
  mediaType?: string;
}

/** What a version is: everything that must be the same for it to serve the same way again. */
export interface VersionRecord {
  artifacts: Artifact[];
  image: string | null;
  env: Env;
  serving: Record<string, unknown>;
}

/**
 * The version's digest: `sha256:` and the hex SHA-256 of the record's canonical JSON (RFC 8785).
 * Artifacts are ordered by path first, so that the order in which a pipeline lists its files makes no new version.
 */
export function recordDigest(record: VersionRecord): Digest {
  const artifacts = [...record.artifacts].toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const { image, env, serving } = record;
  return digestOf(canonicalJson({ artifacts, env, image, serving }));
}
