import { digestOf, hexOf, type Digest } from '../domain/digest.js';
import { outboundFailure } from './answered.js';
import type { OciAccess } from './oci-authorizer.js';
import { smallBytes } from './oci-answer.js';
import { sureOf } from './oci-doubt.js';
import type { OciKind } from './oci-kind.js';
import { MOST_MANIFEST_BYTES, type OciManifests } from './oci-manifests.js';
import { mediaTypeOf } from './oci-manifest.js';
import { OciPinPlaces } from './oci-pin-places.js';
import { targetOfOciUri } from './oci-reference.js';
import { askedOf, type OciQuestion, type OciRegistry } from './oci-registry.js';
import { PinRequestFailed, pinTrouble } from './pin-trouble.js';
import {
  afterSetting,
  type PinAnswer,
  type Pinner,
  type PinOptions,
  type PinTarget,
  type PinTrouble,
} from './pinner.js';
import { StoreError } from './store-error.js';
import { StoreRefusal } from './store-refusal.js';

const TAG_HEX = 32;

// Why a registry refuses what it understood and what the credentials may do.
const DECLINED: Readonly<Record<OciAccess, string>> = {
  pull: '',
  push: ': the registry is read-only, or does not let this tag be set',
  delete: ': the registry cannot delete tags',
};

// What is answered to be missing by a registry that may say so of what one may not see.
type Unseen = 'missing' | 'forbidden';

/** The protective tag of a digest. Half of the digest makes it a name that no other digest will ever claim. */
export function pinTagOf(digest: Digest): string {
  return `lastgood-pin-${hexOf(digest).slice(0, TAG_HEX)}`;
}

/**
 * Pins of manifests: a tag on the digest, since registries collect what has none, and on each that an index names. A
 * blob cannot be tagged; a registry keeps it while a manifest names it.
 */
export class OciPins implements Pinner {
  readonly #places: OciPinPlaces;

  constructor(
    private readonly registry: OciRegistry,
    manifests: OciManifests,
    private readonly kind: OciKind,
  ) {
    this.#places = new OciPinPlaces(manifests, kind);
  }

  async *places(subject: string, { signal }: PinOptions = {}): AsyncGenerator<string> {
    try {
      yield* this.#places.of(questionOf(subject, { signal }));
    } catch (error) {
      signal?.throwIfAborted();
      throw outboundFailure(error, subject);
    }
  }

  pinned(place: string, options: PinOptions = {}): Promise<PinAnswer> {
    return this.#pinned(place, options, 'missing');
  }

  /** What one may not see is forbidden here, never missing: what is missing is forgotten, and its tag with it. */
  bears({ place }: PinTarget, options: PinOptions = {}): Promise<PinAnswer> {
    return this.#pinned(place, options, 'forbidden');
  }

  #pinned(place: string, options: PinOptions, unseen: Unseen): Promise<PinAnswer> {
    const look = async (): Promise<PinAnswer> => {
      const question = questionOf(place, options);
      const { digest } = question.at;
      const target: PinTarget = { place, versionId: '', how: 'registry-tag' };
      if ((await this.#tagged(question)) === digest) return { state: 'set', target };
      if (await this.kind.isBlob(question))
        throw new StoreError('unsupported', place, 'a blob cannot be tagged: name the manifest that holds it');
      await asking('pull', question, this.registry.head(question));
      return { state: 'absent', target };
    };
    return this.#answer(place, options, look, unseen);
  }

  renew(target: PinTarget, options: PinOptions = {}): Promise<PinAnswer> {
    return this.pin(target, options);
  }

  async pin(target: PinTarget, options: PinOptions = {}): Promise<PinAnswer> {
    const trouble = await this.#answer(target.place, options, async () => {
      const question = questionOf(target.place, options);
      const { bytes, mediaType } = await this.#manifest(question);
      await asking('push', question, this.registry.tag(tagged(question), bytes, mediaType));
    });
    if (trouble !== undefined) return trouble;
    const seen = afterSetting(await this.pinned(target.place, options));
    if (seen.state !== 'absent') return seen;
    return { state: 'unsupported', evidence: 'the registry took the tag, but does not show it' };
  }

  /**
   * Takes the tag away. Some registries delete a manifest with its last tag: what went with ours is put back under it,
   * and the pin stays.
   */
  unpin(target: PinTarget, options: PinOptions = {}): Promise<PinAnswer> {
    const release = async (): Promise<PinAnswer> => {
      const question = questionOf(target.place, options);
      const { digest } = question.at;
      if ((await this.#tagged(question)) !== digest) {
        // Whoever shows no tag must show the manifest, or say as a registry that it is missing.
        await asking('pull', question, this.registry.head(question));
        return { state: 'absent', target };
      }
      const { bytes, mediaType } = await this.#manifest(question);
      // Some answer 404 to a deletion that they do not know: only the tag itself can tell whether it went.
      const refused = await orMissing(asking('delete', question, this.registry.untag(tagged(question))));
      // The manifest may be gone now, and a registry that asks for time must not keep it from being put back.
      const pressing = { ...question, pressing: true };
      if (!(await this.#isThere(pressing))) {
        await asking('push', question, this.registry.tag(tagged(pressing), bytes, mediaType));
        throw new StoreError(
          'unsupported',
          target.place,
          'the registry deletes the manifest with its last tag: it was put back',
        );
      }
      if ((await this.#tagged(question)) !== digest) return { state: 'absent', target };
      const why =
        refused instanceof StoreError
          ? `${refused.evidence}${DECLINED.delete}`
          : 'the registry took the deletion of the tag, but still shows it';
      throw new StoreError('unsupported', target.place, why);
    };
    return this.#answer(target.place, options, release, 'forbidden');
  }

  /** What came of it. That something is missing is believed of a registry only. */
  async #answer<T>(
    place: string,
    options: PinOptions,
    ask: () => Promise<T>,
    unseen: Unseen = 'missing',
  ): Promise<T | PinTrouble> {
    const { signal } = options;
    signal?.throwIfAborted();
    try {
      return await ask().catch(async (error: unknown) => {
        throw await this.#sure(error, place, options, unseen);
      });
    } catch (error) {
      signal?.throwIfAborted();
      return pinTrouble(outboundFailure(error, place), place);
    }
  }

  async #sure(error: unknown, place: string, options: PinOptions, unseen: Unseen): Promise<unknown> {
    if (!(error instanceof PinRequestFailed) || error.failure.code !== 'missing') return error;
    const { at } = questionOf(place, options);
    const failure = await sureOf(this.registry, { at, missing: error.failure, unseen, ...options });
    return new PinRequestFailed(failure, error.permission);
  }

  /** The digest that the tag names now, or null where there is no such tag. */
  async #tagged(untagged: OciQuestion): Promise<string | null> {
    const question = tagged(untagged);
    try {
      const { headers } = await asking('pull', question, this.registry.head(question));
      const named = headers['docker-content-digest'];
      if (typeof named === 'string') return named;
      const { body } = await asking('pull', question, this.registry.small(question, MOST_MANIFEST_BYTES));
      return digestOf(await smallBytes(body, MOST_MANIFEST_BYTES + 1));
    } catch (error) {
      if (error instanceof PinRequestFailed && error.failure.code === 'missing') return null;
      throw error;
    }
  }

  async #isThere(question: OciQuestion): Promise<boolean> {
    return !((await orMissing(asking('pull', question, this.registry.head(question)))) instanceof StoreError);
  }

  async #manifest(question: OciQuestion): Promise<{ bytes: Uint8Array; mediaType: string }> {
    const { at, uri } = question;
    const { body, headers } = await asking('pull', question, this.registry.small(question, MOST_MANIFEST_BYTES));
    const bytes = await smallBytes(body, MOST_MANIFEST_BYTES + 1);
    const digest = digestOf(bytes);
    if (digest === at.digest) return { bytes, mediaType: mediaTypeOf(bytes) ?? headers['content-type'] ?? '' };
    throw new StoreError('changed', uri, `${askedOf('GET', question)} answered bytes with the digest ${digest}`);
  }
}

function questionOf(place: string, { signal }: PinOptions): OciQuestion {
  const target = targetOfOciUri(place);
  if (target instanceof StoreRefusal) throw new StoreError('unsupported', place, target.text);
  return { at: target.at, kind: 'manifests', uri: place, signal };
}

function tagged(question: OciQuestion): OciQuestion & { tag: string } {
  return { ...question, tag: pinTagOf(question.at.digest) };
}

async function asking<T>(access: OciAccess, { uri }: OciQuestion, answered: Promise<T>): Promise<T> {
  try {
    return await answered;
  } catch (error) {
    const failure = outboundFailure(error, uri);
    if (!(failure instanceof StoreError)) throw failure;
    const why = failure.code === 'unsupported' ? DECLINED[access] : '';
    const said = new StoreError(failure.code, uri, `${failure.evidence}${why}`, failure.retryAt);
    throw new PinRequestFailed(said, `registry ${access}`);
  }
}

/** What was answered, or the error where that was 404. */
async function orMissing<T>(asked: Promise<T>): Promise<T | StoreError> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof PinRequestFailed && error.failure.code === 'missing') return error.failure;
    throw error;
  }
}
