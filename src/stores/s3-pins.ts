import { isPrefix } from '../domain/artifact.js';
import type { ListedObject } from './artifact-store.js';
import { pinTrouble } from './pin-trouble.js';
import {
  afterSetting,
  type PinAnswer,
  type Pinner,
  type PinOptions,
  type PinTarget,
  type PinTrouble,
} from './pinner.js';
import { S3PinRequests, type S3Place } from './s3-pin-requests.js';
import { hasPin, PIN_TAG, released, withPin } from './s3-tags.js';
import { s3UriOf } from './s3-uri.js';
import { StoreError } from './store-error.js';

/** What pins need of the store they belong to. */
export interface S3PinSource {
  /** Where the object lies and who is asked. Throws a StoreError for what the store does not serve. */
  place(uri: string): S3Place;
  list(uri: string, options: PinOptions): AsyncIterable<ListedObject>;
}

// Object lock can be switched on for a bucket that had none, so it is asked for again now and then.
const NO_LOCK_FOR_MS = 5 * 60 * 1000;

/**
 * Pins of objects: a legal hold where the bucket has object lock, which the server itself then guards, else the tag
 * `lastgood-pin`, which a lifecycle rule can honour: `protected`, and `released` in the end. Of an object with versions, the current one is pinned.
 */
export class S3Pins implements Pinner {
  /** Buckets without object lock, by server, and until when that is taken for granted. */
  readonly #noLock = new Map<string, number>();

  constructor(private readonly source: S3PinSource) {}

  async *places(subject: string, options: PinOptions = {}): AsyncGenerator<string> {
    if (!isPrefix(subject)) yield s3UriOf(this.source.place(subject));
    else for await (const { uri } of this.source.list(subject, options)) yield s3UriOf(this.source.place(uri));
  }

  pinned(place: string, options: PinOptions = {}): Promise<PinAnswer> {
    return answer(place, async () => {
      const at = this.source.place(place);
      const head = await new S3PinRequests(at, place, '', options).head();
      const versionId = head.VersionId ?? '';
      const target = (how: PinTarget['how']): PinTarget => ({ place, versionId, how });
      if (head.ObjectLockLegalHoldStatus === 'ON') return { state: 'set', target: target('legal-hold') };
      const requests = new S3PinRequests(at, place, versionId, options);
      const held = await this.#hold(at, requests);
      if (held !== null) return { state: held ? 'set' : 'absent', target: target('legal-hold') };
      return { state: hasPin(await requests.tags()) ? 'set' : 'absent', target: target('object-tag') };
    });
  }

  bears(target: PinTarget, options: PinOptions = {}): Promise<PinAnswer> {
    return answer(target.place, async () => {
      const requests = this.#requests(target, options);
      const bears = target.how === 'legal-hold' ? await requests.hold() : hasPin(await requests.tags());
      return { state: bears === true ? 'set' : 'absent', target };
    });
  }

  async renew(target: PinTarget, options: PinOptions = {}): Promise<PinAnswer> {
    const trouble = await answer(target.place, () => set(target, this.#requests(target, options)));
    return trouble ?? shown(target, afterSetting(await this.bears(target, options)));
  }

  async pin(target: PinTarget, options: PinOptions = {}): Promise<PinAnswer> {
    const trouble = await answer(target.place, () => set(target, this.#requests(target, options)));
    if (trouble !== undefined) return trouble;
    const seen = afterSetting(await this.pinned(target.place, options));
    return 'target' in seen && seen.target.versionId !== target.versionId ? seen : shown(target, seen);
  }

  unpin(target: PinTarget, options: PinOptions = {}): Promise<PinAnswer> {
    return answer(target.place, async () => {
      const requests = this.#requests(target, options);
      if (target.how === 'legal-hold') await requests.setHold('OFF');
      else {
        const tags = await requests.tags();
        if (hasPin(tags)) await requests.setTags(released(tags));
      }
      return { state: 'absent', target };
    });
  }

  #requests({ place, versionId }: PinTarget, options: PinOptions): S3PinRequests {
    return new S3PinRequests(this.source.place(place), place, versionId, options);
  }

  async #hold({ account, bucket }: S3Place, requests: S3PinRequests): Promise<boolean | null> {
    const key = `${account.server}/${bucket}`;
    if ((this.#noLock.get(key) ?? 0) > Date.now()) return null;
    const held = await requests.hold();
    if (held === null) this.#noLock.set(key, Date.now() + NO_LOCK_FOR_MS);
    return held;
  }
}

async function set({ how, place }: PinTarget, requests: S3PinRequests): Promise<void> {
  if (how === 'legal-hold') {
    await requests.setHold('ON');
    return;
  }
  const tags = withPin(await requests.tags());
  if (tags === null) throw noRoom(place);
  await requests.setTags(tags);
}

// What was set and cannot be seen is not there.
function shown(target: PinTarget, seen: PinAnswer): PinAnswer {
  if (seen.state !== 'absent') return seen;
  return { state: 'unsupported', evidence: `the server took the ${nameOf(target)}, but does not show it` };
}

function nameOf({ how }: PinTarget): string {
  return how === 'legal-hold' ? 'legal hold' : `tag ${PIN_TAG.Key}`;
}

function noRoom(place: string): StoreError {
  const way = 'take one of them away, or use a bucket with object lock';
  return new StoreError('unsupported', place, `it has 10 tags already, and S3 keeps no more on an object: ${way}`);
}

async function answer<T>(place: string, ask: () => Promise<T>): Promise<T | PinTrouble> {
  try {
    return await ask();
  } catch (error) {
    return pinTrouble(error, place);
  }
}
