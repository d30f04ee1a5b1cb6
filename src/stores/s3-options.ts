import type { EndpointTurns } from './endpoint-turns.js';
import { OUTBOUND_LIMITS } from './outbound/outbound-limits.js';

/** Credentials of an S3 account. They are handed to the client and never appear in an error or a log. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface S3StoreOptions {
  /** Where uploads go. Its objects may be read. */
  readonly bucket: string;
  /** Put in front of the keys of uploads, such as `lastgood/`. */
  readonly prefix?: string;
  /** Further buckets whose objects may be named by URI. */
  readonly buckets?: readonly string[];
  /** `https://host[:port]` of an S3-compatible server; left out for AWS. */
  readonly endpoint?: string;
  readonly region?: string;
  /** `https://host/bucket/key` rather than `https://bucket.host/key`; true where there is an `endpoint`. */
  readonly forcePathStyle?: boolean;
  /** Left out, they are found the way every AWS tool finds them: environment, profile, the machine's role. */
  readonly credentials?: S3Credentials;
  readonly limits?: Partial<S3Limits>;
  /** Whose turn it is at the endpoint; left out, nobody waits. */
  readonly turns?: EndpointTurns;
}

/** How long and how often the client tries. Times are in milliseconds. */
export interface S3Limits {
  readonly connectMs: number;
  /** A connection on which nothing moves for this long is given up. */
  readonly idleMs: number;
  /** For one look at an object, or at one page of a list of objects, all attempts together, once it has its turn. */
  readonly statMs: number;
  readonly attempts: number;
  /** For one list of objects, all pages together, waiting for turns not counted. */
  readonly listMs: number;
  /** For reading an object to its end. */
  readonly readMs: number;
  /** The largest object that is read, in bytes. */
  readonly readBytes: number;
}

export const S3_LIMITS: S3Limits = {
  connectMs: 5_000,
  idleMs: 60_000,
  statMs: 15_000,
  attempts: 3,
  listMs: 30 * 60_000,
  readMs: OUTBOUND_LIMITS.readMs,
  readBytes: OUTBOUND_LIMITS.readBytes,
};
