import { createSHA256, type IHasher } from 'hash-wasm';
import type { Digest } from './digest.js';

/**
 * SHA-256 (FIPS 180-4) whose state can be put away and taken up again, by another process too. Node's own hashes cannot.
 * A state holds up to 63 of the bytes that were hashed: keep it where the bytes may be kept.
 */
export class ResumableSha256 {
  private constructor(private readonly hasher: IHasher) {}

  /** A hash of nothing yet. */
  static async create(): Promise<ResumableSha256> {
    return new ResumableSha256((await createSHA256()).init());
  }

  /** Begins anew. */
  reset(): void {
    this.hasher.init();
  }

  /** Goes on from a state that `save` gave. Returns false, as begun anew, for one that another release has made. */
  load(state: Uint8Array): boolean {
    try {
      this.hasher.load(state);
      return true;
    } catch {
      this.hasher.init();
      return false;
    }
  }

  update(bytes: Uint8Array): void {
    this.hasher.update(bytes);
  }

  /** The state after the bytes so far, about 116 bytes of it. */
  save(): Uint8Array {
    return this.hasher.save();
  }

  /** The digest of all bytes. After it, only `reset` and `load` may follow. */
  digest(): Digest {
    return `sha256:${this.hasher.digest('hex')}`;
  }
}
