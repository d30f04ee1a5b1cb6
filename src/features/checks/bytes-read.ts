import type { Digest } from '../../domain/digest.js';

/** What an artifact's bytes come to, in all jobs together. */
export interface BytesRead {
  readonly digest: Digest;
  readonly bytes: number;
  readonly readMs: number;
  /** How many files a prefix has. */
  readonly objects?: number;
  /** Read by several jobs, with nothing to say that the parts belong together. */
  readonly pieced: boolean;
}
