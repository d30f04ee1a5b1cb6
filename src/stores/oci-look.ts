import type { PresentObject } from './artifact-store.js';
import { outboundFailure } from './answered.js';
import { contentLength } from './asked-part.js';
import { ManifestLacks } from './manifest-lacks.js';
import { OciDescent } from './oci-descent.js';
import { blobsOf, type OciDescriptor, type OciManifest } from './oci-manifest.js';
import type { OciManifests } from './oci-manifests.js';
import { askedOf, type OciQuestion, type OciRegistry } from './oci-registry.js';
import { shownText } from './shown-text.js';
import { StoreError, type StoreErrorCode } from './store-error.js';

type Blobs = OciManifest & { kind: 'manifest' };

const MOST_BLOBS = 1_000;
const AT_ONCE = 4;
const MOST_SHOWN = 3;

/** Looks whether everything behind a digest is there: manifest, the platform's image in an index, every blob. */
export class OciLook {
  constructor(
    private readonly registry: OciRegistry,
    private readonly manifests: OciManifests,
    private readonly platform: string,
  ) {}

  /** The image or artifact behind a manifest's digest, every blob looked at. Throws a StoreError for what is amiss. */
  async everything(question: OciQuestion): Promise<{ manifest: Blobs; seen: PresentObject }> {
    const manifest = await this.follow(question, (one) => this.manifests.look(one));
    const blobs = blobsOf(manifest);
    await this.blobs(question, blobs);
    const size = blobs.reduce((sum, blob) => sum + blob.size, 0);
    return { manifest, seen: { state: 'present', size, digest: question.at.digest } };
  }

  /** The manifest of blobs behind a digest: through indexes to the platform's. Throws a StoreError when there is none. */
  async follow(question: OciQuestion, get: (question: OciQuestion) => Promise<OciManifest>): Promise<Blobs> {
    const top = await get(question);
    if (top.kind === 'manifest') return top;
    const found = await new OciDescent(question, this.platform, get).find(top.manifests);
    if (found === null) throw this.#noPlatform(question, top.manifests);
    return found;
  }

  /** One blob whose size nobody announced. */
  async blob(question: OciQuestion): Promise<PresentObject> {
    const asking = { ...question, kind: 'blobs' as const };
    const response = await this.registry.head(asking);
    const size = contentLength(response.headers['content-length']);
    if (size !== null) return { state: 'present', size, digest: question.at.digest };
    throw new StoreError('unreachable', question.uri, `${askedOf('HEAD', asking)} answered 200 without a size`);
  }

  /**
   * Looks at every blob, a few at once, and stops asking when the registry gives no answer. Throws one StoreError for
   * all that is amiss: what is certain (missing, changed) before what is not.
   */
  async blobs(question: OciQuestion, blobs: readonly OciDescriptor[]): Promise<void> {
    const here = blobs.filter((blob) => !blob.foreign);
    if (here.length > MOST_BLOBS) {
      throw new StoreError(
        'unsupported',
        question.uri,
        `${here.length} blobs, and at most ${MOST_BLOBS} are looked at`,
      );
    }
    const amiss: StoreError[] = [];
    for (let next = 0; next < here.length && !amiss.some(isUnreachable); next += AT_ONCE) {
      const batch = here.slice(next, next + AT_ONCE);
      const found = await Promise.all(batch.map((blob) => this.#blobProblem(question, blob)));
      amiss.push(...found.filter((one) => one !== null));
    }
    const [worst] = amiss.toSorted((a, b) => rank(a.code) - rank(b.code));
    if (worst === undefined) return;
    const same = amiss.filter(({ code }) => code === worst.code);
    const rest = same.length > MOST_SHOWN ? `; and ${same.length - MOST_SHOWN} more` : '';
    const evidence = same.slice(0, MOST_SHOWN).map((one) => one.evidence);
    const retryAt = same.find((one) => one.retryAt !== undefined)?.retryAt;
    throw new StoreError(worst.code, question.uri, evidence.join('; ') + rest, retryAt);
  }

  async #blobProblem(question: OciQuestion, blob: OciDescriptor): Promise<StoreError | null> {
    const at = { ...question.at, digest: blob.digest };
    try {
      const { size } = await this.blob({ ...question, at });
      if (size === blob.size) return null;
      const asked = askedOf('HEAD', { ...question, at, kind: 'blobs' });
      const text = `${asked} answered a size of ${size} bytes, and the manifest says ${blob.size}`;
      return new StoreError('changed', question.uri, text);
    } catch (error) {
      const failure = outboundFailure(error, question.uri);
      if (failure instanceof StoreError) return failure;
      throw failure;
    }
  }

  #noPlatform({ uri, at }: OciQuestion, entries: readonly OciDescriptor[]): ManifestLacks {
    const names = entries.map(({ platform }) => shownText(platform ?? 'one that names no platform', 60));
    const has = [...new Set(names)].slice(0, 10);
    const text = `the index ${at.digest} has no image for ${this.platform}; it has: ${has.join(', ') || 'none'}`;
    return new ManifestLacks(uri, text);
  }
}

const ORDER: readonly StoreErrorCode[] = ['missing', 'changed', 'forbidden'];

function rank(code: StoreErrorCode): number {
  const at = ORDER.indexOf(code);
  return at === -1 ? ORDER.length : at;
}

function isUnreachable({ code }: StoreError): boolean {
  return code === 'unreachable';
}
