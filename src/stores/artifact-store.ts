import type { Readable } from 'node:stream';
import type { Digest } from '../domain/digest.js';
import type { StoreRefusal } from './store-refusal.js';

/**
 * A place where artifacts lie, addressed by URIs of one scheme.
 * One contract suite runs against every adapter: what holds for one holds for all.
 */
export interface ArtifactStore {
  /** The URI scheme it serves, lower case and without the colon. */
  readonly scheme: string;

  /** Why this store does not serve the URI, or null when it does. Says nothing about whether anything lies there. */
  refuses(uri: string): Promise<StoreRefusal | null>;

  /** What can be seen at the URI now. Outages and refused access are answers here; only an abort is thrown. */
  stat(uri: string, options?: { signal?: AbortSignal }): Promise<ObjectObservation>;

  /**
   * The bytes at the URI, from `start` to `end`, both counted from 0 and both included, as in HTTP ranges.
   * Rejects with a StoreError when they cannot be had; a stream that breaks later ends with a StoreError too.
   * The bytes are as found: whoever needs certain ones passes them through `verified`.
   */
  read(uri: string, options?: ReadOptions): Promise<Readable>;

  /** The URI at which `put` stores bytes of this digest, whether or not they lie there. */
  uriOf(digest: Digest): string;

  /**
   * Stores bytes under their digest. Where they lie already, nothing is opened and `created` is false.
   * Nothing becomes visible unless size and digest both match: throws ContentMismatch then, and StoreError
   * when the store cannot take the bytes. Two calls at once with one digest are both right.
   */
  put(request: PutRequest): Promise<PutResult>;
}

/** `digest` is what the store recorded when it took the bytes, not a fresh hash of them. Sizes are in bytes. */
export interface PresentObject {
  readonly state: 'present';
  readonly size: number;
  readonly digest?: Digest;
  readonly mediaType?: string;
  readonly versionId?: string;
  readonly etag?: string;
}

/** Why nothing was seen: it is not there, access was refused, or the store could not answer. `evidence` is for people. */
export interface AbsentObject {
  readonly state: 'missing' | 'forbidden' | 'unreachable';
  readonly evidence: string;
}

export type ObjectObservation = PresentObject | AbsentObject;

export interface ReadOptions {
  readonly start?: number;
  readonly end?: number;
  readonly signal?: AbortSignal;
}

export interface PutRequest {
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
  readonly mediaType?: string;
  /** Opens the bytes. Called at most once, and only when they are needed; `put` reads or destroys what it opened. */
  readonly open: () => Readable;
  readonly signal?: AbortSignal;
}

export interface PutResult {
  readonly uri: string;
  readonly created: boolean;
}
