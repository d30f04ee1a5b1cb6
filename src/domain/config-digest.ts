import { canonicalJson } from './canonical-json.js';
import { digestOf, type Digest } from './digest.js';
import type { Env } from './env.js';

/** What a version serves with, beside its bytes and its image: the part of a record that a server can run otherwise. */
export interface ServingConfig {
  /** As recorded: secret references stand for their secrets. */
  readonly env: Env;
  readonly serving: Readonly<Record<string, unknown>>;
}

/**
 * The digest of a version's configuration: SHA-256 over the canonical JSON (RFC 8785) of `{"env": …, "serving": …}`. A
 * serving controller computes it from what it really runs with and reports it; the registry computes it from the record.
 */
export function configDigest({ env, serving }: ServingConfig): Digest {
  return digestOf(canonicalJson({ env, serving }));
}

/**
 * Whether a controller that reports this digest runs with the recorded configuration. The digest of the whole record
 * says so too: it covers the configuration.
 */
export function servesAsRecorded(reported: string, record: ServingConfig & { readonly digest: string }): boolean {
  return reported === record.digest || reported === configDigest(record);
}
