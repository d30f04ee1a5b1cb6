import type { Readable } from 'node:stream';
import type { Digest } from '../domain/digest.js';
import type { StoreRefusal } from './store-refusal.js';

/**
 * A place where artifacts lie, addressed by URIs of one scheme.
 * One contract suite runs against every adapter: what holds for one holds for all.
 */
export interface ReadableStore {
  /** The URI scheme it serves, lower case and without the colon. */
  readonly scheme: string;

  /** Why this store does not serve the URI, or null when it does. Says nothing about whether anything lies there. */
  refuses(uri: string): Promise<StoreRefusal | null>;

  /**
   * What can be seen at the URI now; for a prefix, all that `list` gives, summed up. Outages and refused access are
   * answers here; only an abort is thrown.
   */
  stat(uri: string, options?: Asking): Promise<ObjectObservation>;

  /**
   * The files below a prefix, a URI that ends in `/`, as they lie there now, in no promised order. Each path is one
   * that an artifact may have (`pathProblem`). Ends with a StoreError, also halfway, rather than leave a file out:
   * `missing` when nothing lies below, `unsupported` for what cannot be a file of a version. An aborted signal ends it
   * with its own reason. Throws a TypeError for a URI that is no prefix.
   */
  list(uri: string, options?: Asking): AsyncIterable<ListedObject>;

  /**
   * The bytes at the URI, from `start` to `end`, both counted from 0 and both included, as in HTTP ranges.
   * Rejects with a StoreError when they cannot be had; a stream that breaks later ends with a StoreError too.
   * The bytes are as found: whoever needs certain ones passes them through `verified`.
   */
  read(uri: string, options?: ReadOptions): Promise<Readable>;
}

/** How a store is asked. */
export interface Asking {
  /** Ends the question with the signal's own reason, also while it waits for its turn. */
  readonly signal?: AbortSignal | undefined;
  /** Somebody waits for the answer: it is asked before everything that is not urgent. */
  readonly urgent?: boolean | undefined;
  /** It ends what must not be left half done, so it is asked also where the endpoint asked to be left alone. */
  readonly pressing?: boolean | undefined;
}

/** A store that also takes bytes. Those of hosts that are not ours (https, oci) are readable only. */
export interface ArtifactStore extends ReadableStore {
  /** The URI at which `put` stores bytes of this digest, whether or not they lie there. */
  uriOf(digest: Digest): string;

  /**
   * Stores bytes under their digest. Where they lie already, nothing is opened and `created` is false.
   * Nothing becomes visible unless size and digest both match: throws ContentMismatch then, and StoreError
   * when the store cannot take the bytes. Two calls at once with one digest are both right.
   */
  put(request: PutRequest): Promise<PutResult>;
}

/**
 * `digest` is what the store recorded when it took the bytes, not a fresh hash of them. Sizes are in bytes. A prefix
 * has the size of all its files together, and their number as `objects`.
 */
export interface PresentObject {
  readonly state: 'present';
  readonly size: number;
  readonly objects?: number;
  readonly digest?: Digest;
  readonly mediaType?: string;
  readonly versionId?: string;
  readonly etag?: string;
  /**
   * An opaque text that is another one once other bytes have been written to the URI, also of the same size. Left out
   * where the store has no sign of that, and where the URI itself says which bytes they are.
   */
  readonly mark?: string;
  /** When the bytes last changed, RFC 3339; of a prefix, those of the file that was written last. */
  readonly lastModified?: string;
}

/**
 * Why nothing was seen: it is not there, access was refused, the store could not answer, or what lies there cannot be
 * an artifact; `changed` where it is not what its own URI says. `evidence` is for people.
 */
export interface AbsentObject {
  readonly state: 'missing' | 'changed' | 'forbidden' | 'unreachable' | 'unsupported';
  readonly evidence: string;
  /** Until when the store's endpoint is left alone, as it asked for; it is no use to ask again before. */
  readonly retryAt?: Date;
}

export type ObjectObservation = PresentObject | AbsentObject;

/**
 * One file below a prefix: its path there, its own URI, its size in bytes, a mark that `read` takes for it, and when its
 * bytes last changed, RFC 3339.
 */
export interface ListedObject {
  readonly path: string;
  readonly uri: string;
  readonly size: number;
  readonly etag?: string;
  readonly mark?: string;
  readonly lastModified?: string;
}

export interface ReadOptions extends Asking {
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  /**
   * The mark that the object must still bear: rejected with a StoreError (`changed`) when it bears another one, or none.
   * Ignored where the URI itself says which bytes they are.
   */
  readonly ifMark?: string | undefined;
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
