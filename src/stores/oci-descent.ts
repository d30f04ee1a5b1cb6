import { outboundFailure } from './answered.js';
import type { Digest } from '../domain/digest.js';
import type { OciDescriptor, OciManifest } from './oci-manifest.js';
import { entryFor } from './oci-platform.js';
import type { OciQuestion } from './oci-registry.js';
import { StoreError, type StoreErrorCode } from './store-error.js';

type Blobs = OciManifest & { kind: 'manifest' };

const INDEXES: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);
const MOST_NESTED = 3;
// Each is a request of its own, and whoever pushed the index chose how many it names.
const MOST_ASKED = 100;
// What may hide the image before what is sure not to give it.
const ORDER: readonly StoreErrorCode[] = ['unsupported', 'forbidden', 'changed', 'missing'];

/**
 * One way down from an index to the image of a platform. An index in an index often names no platform, since it has
 * several: what it holds does. Level by level, so that each manifest is asked for once, where it is nearest to the top.
 */
export class OciDescent {
  readonly #seen = new Set<Digest>();
  readonly #amiss: StoreError[] = [];

  constructor(
    private readonly question: OciQuestion,
    private readonly platform: string,
    private readonly get: (question: OciQuestion) => Promise<OciManifest>,
  ) {}

  /**
   * The platform's manifest; null where none of the indexes has one. One that cannot be had is passed over for another
   * that can. Throws a StoreError for it where none is found, or (`unreachable`) at once where there was no answer, and
   * `unsupported` for more manifests than are looked at.
   */
  async find(entries: readonly OciDescriptor[]): Promise<Blobs | null> {
    let level = this.#candidates(entries);
    for (let depth = 1; level.size > 0; depth += 1) {
      if (depth > MOST_NESTED) {
        this.#amiss.push(this.#unsupported(`indexes within indexes, more than ${MOST_NESTED} deep`));
        break;
      }
      const next = new Set<Digest>();
      for (const digest of level) {
        const manifest = await this.#ask(digest);
        if (manifest?.kind === 'manifest') return manifest;
        for (const one of this.#candidates(manifest?.manifests ?? [])) {
          if (!level.has(one) && next.size <= MOST_ASKED) next.add(one);
        }
      }
      level = next;
    }
    const [worst] = this.#amiss.toSorted((a, b) => ORDER.indexOf(a.code) - ORDER.indexOf(b.code));
    if (worst !== undefined) throw worst;
    return null;
  }

  async #ask(digest: Digest): Promise<OciManifest | null> {
    if (this.#seen.size >= MOST_ASKED) {
      throw this.#unsupported(`more than ${MOST_ASKED} manifests on the way to the image, and no more are looked at`);
    }
    this.#seen.add(digest);
    try {
      return await this.get({ ...this.question, at: { ...this.question.at, digest } });
    } catch (error) {
      const failure = outboundFailure(error, this.question.uri);
      if (!(failure instanceof StoreError) || !ORDER.includes(failure.code)) throw failure;
      this.#amiss.push(failure);
      return null;
    }
  }

  /** What may lead to the image, each once, and nothing that was asked for already. */
  #candidates(entries: readonly OciDescriptor[]): Set<Digest> {
    const named = entryFor(this.platform, entries);
    const unnamed = entries.filter(({ platform }) => platform === undefined);
    // The only image there is, and nothing says that it is for another platform.
    const rest = entries.length === 1 ? unnamed : unnamed.filter(({ mediaType }) => INDEXES.has(mediaType));
    const digests = (named === null ? rest : [named]).map(({ digest }) => digest);
    return new Set(digests.filter((digest) => !this.#seen.has(digest)));
  }

  #unsupported(text: string): StoreError {
    return new StoreError('unsupported', this.question.uri, text);
  }
}
