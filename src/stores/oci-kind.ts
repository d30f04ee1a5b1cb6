import type { Digest } from '../domain/digest.js';
import { smallBytes } from './oci-answer.js';
import { parseManifest } from './oci-manifest.js';
import { MOST_MANIFEST_BYTES, type OciManifests } from './oci-manifests.js';
import type { OciQuestion, OciRegistry } from './oci-registry.js';
import { contentLength } from './asked-part.js';
import { StoreError } from './store-error.js';

const MOST_KNOWN = 10_000;

/**
 * Tells digests of blobs from those of manifests, which look the same. A registry is never asked for a manifest under a
 * large blob's digest: some then read all of the blob into memory. The kind of a digest never changes, so it is asked
 * for once.
 */
export class OciKind {
  readonly #blobs = new Set<Digest>();

  constructor(
    private readonly registry: OciRegistry,
    private readonly manifests: OciManifests,
  ) {}

  /** Whether the digest is a blob's. What the registry does not have counts as a manifest. Throws a StoreError. */
  async isBlob(question: OciQuestion): Promise<boolean> {
    if (this.manifests.knows(question)) return false;
    const { digest } = question.at;
    if (this.#blobs.has(digest)) return true;
    if (!(await this.#ask({ ...question, kind: 'blobs' }))) return false;
    if (this.#blobs.size >= MOST_KNOWN) this.#blobs.clear();
    this.#blobs.add(digest);
    return true;
  }

  async #ask(question: OciQuestion): Promise<boolean> {
    try {
      const { headers } = await this.registry.head(question);
      if ((contentLength(headers['content-length']) ?? Infinity) > MOST_MANIFEST_BYTES) return true;
      // Some registries give manifests as blobs too.
      const { body } = await this.registry.small(question, MOST_MANIFEST_BYTES);
      return parseManifest(await smallBytes(body, MOST_MANIFEST_BYTES)) === null;
    } catch (error) {
      if (error instanceof StoreError && error.code === 'missing') return false;
      throw error;
    }
  }
}
