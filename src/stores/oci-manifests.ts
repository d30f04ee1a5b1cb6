import { digestOf, type Digest } from '../domain/digest.js';
import { contentLength } from './asked-part.js';
import { smallBytes } from './oci-answer.js';
import { parseManifest, type OciManifest } from './oci-manifest.js';
import { askedOf, type OciQuestion, type OciRegistry } from './oci-registry.js';
import { StoreError } from './store-error.js';

interface Kept {
  readonly manifest: OciManifest;
  readonly size: number;
  /** By `Date.now()`. */
  readonly until: number;
}

/** The largest manifest, in bytes: what registries and clients are to take (OCI distribution specification). */
export const MOST_MANIFEST_BYTES = 4 * 1024 * 1024;
// All that are kept, in bytes as they were sent: read, they take several times as much. A usual one has a few thousand.
const MOST_KEPT_BYTES = 32 * 1024 * 1024;
const HOUR = 60 * 60 * 1000;

/**
 * Manifests by digest. One that was fetched and verified is kept: looking again then costs a HEAD, which registries
 * with a rate limit do not count as a pull. It is fetched and verified anew every few hours.
 */
export class OciManifests {
  readonly #kept = new Map<Digest, Kept>();
  #bytes = 0;

  constructor(
    private readonly registry: OciRegistry,
    private readonly keepMs = 6 * HOUR,
    private readonly mostKeptBytes = MOST_KEPT_BYTES,
  ) {}

  /** Whether the digest is known to be a manifest's. */
  knows({ at }: OciQuestion): boolean {
    return this.#kept.has(at.digest);
  }

  /** The manifest, after asking the registry whether it is there now. Throws a StoreError when it is not or is another. */
  async look(question: OciQuestion): Promise<OciManifest> {
    const kept = this.#keptOf(question);
    if (kept === null || !(await this.#stillThere(question, kept))) return this.#fetch(question);
    return kept.manifest;
  }

  /** The manifest, without asking where it is known: a digest never means anything else. */
  async get(question: OciQuestion): Promise<OciManifest> {
    return this.#keptOf(question)?.manifest ?? this.#fetch(question);
  }

  #keptOf({ at }: OciQuestion): Kept | null {
    const kept = this.#kept.get(at.digest);
    return kept !== undefined && kept.until > Date.now() ? kept : null;
  }

  async #stillThere(question: OciQuestion, { size }: Kept): Promise<boolean> {
    const { headers } = await this.registry.head({ ...question, kind: 'manifests' });
    const digest = headers['docker-content-digest'];
    if (digest !== undefined && digest !== question.at.digest) return false;
    return contentLength(headers['content-length']) === size;
  }

  async #fetch(question: OciQuestion): Promise<OciManifest> {
    const { at, uri } = question;
    const asked = askedOf('GET', { ...question, kind: 'manifests' });
    const response = await this.registry.small({ ...question, kind: 'manifests' }, MOST_MANIFEST_BYTES);
    const bytes = await smallBytes(response.body, MOST_MANIFEST_BYTES + 1);
    const digest = digestOf(bytes);
    if (digest !== at.digest) {
      throw new StoreError('changed', uri, `${asked} answered bytes with the digest ${digest}`);
    }
    const manifest = parseManifest(bytes);
    if (manifest === null) {
      throw new StoreError('unsupported', uri, `${asked} answered bytes that are no image or artifact manifest`);
    }
    this.#keep(at.digest, { manifest, size: bytes.byteLength, until: Date.now() + this.keepMs });
    return manifest;
  }

  #keep(digest: Digest, kept: Kept): void {
    this.#forget(digest);
    this.#kept.set(digest, kept);
    this.#bytes += kept.size;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.mostKeptBytes) return;
      this.#forget(oldest);
    }
  }

  #forget(digest: Digest): void {
    this.#bytes -= this.#kept.get(digest)?.size ?? 0;
    this.#kept.delete(digest);
  }
}
