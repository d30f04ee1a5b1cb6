import type { OciKind } from './oci-kind.js';
import type { OciManifest } from './oci-manifest.js';
import type { OciManifests } from './oci-manifests.js';
import type { OciQuestion } from './oci-registry.js';
import { ociUriOf } from './oci-reference.js';
import { StoreError } from './store-error.js';

const MOST_NESTED = 3;
// Each takes a request, and whoever may push to a registry may name as many as fit into a manifest.
const MOST_PLACES = 1_000;

/**
 * The manifests behind a digest that need a tag of their own: itself, and of an index each that it names and that is
 * there. A tag on the index is not enough: `garbage-collect --delete-untagged` of the distribution project's registry
 * (2.8.2, seen) deletes the untagged manifests of a tagged index.
 */
export class OciPinPlaces {
  constructor(
    private readonly manifests: OciManifests,
    private readonly kind: OciKind,
  ) {}

  /** Their places, the digest's own first, each once. Throws a StoreError. */
  async *of(question: OciQuestion): AsyncGenerator<string> {
    yield ociUriOf(question.at);
    if (await this.kind.isBlob(question)) return;
    const seen = new Set<string>([question.at.digest]);
    const manifest = await orMissing(this.manifests.get(question));
    if (manifest !== null) yield* this.#below(question, manifest, seen, 1);
  }

  async *#below(
    question: OciQuestion,
    manifest: OciManifest,
    seen: Set<string>,
    depth: number,
  ): AsyncGenerator<string> {
    if (manifest.kind !== 'index') return;
    if (depth > MOST_NESTED)
      throw new StoreError('unsupported', question.uri, `indexes within indexes, more than ${MOST_NESTED} deep`);
    for (const { digest } of manifest.manifests) {
      if (seen.has(digest)) continue;
      if (seen.size === MOST_PLACES) {
        throw new StoreError(
          'unsupported',
          question.uri,
          `the index names more than ${MOST_PLACES} manifests, and no more are looked at`,
        );
      }
      seen.add(digest);
      const entry = { ...question, at: { ...question.at, digest } };
      // Not every platform of an index has to be in every registry.
      const found = await orMissing(this.manifests.look(entry));
      if (found === null) continue;
      yield ociUriOf(entry.at);
      yield* this.#below(entry, found, seen, depth + 1);
    }
  }
}

async function orMissing(manifest: Promise<OciManifest>): Promise<OciManifest | null> {
  try {
    return await manifest;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'missing') return null;
    throw error;
  }
}
