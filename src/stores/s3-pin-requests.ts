import {
  GetObjectLegalHoldCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectTaggingCommand,
  S3ServiceException,
  type GetObjectLegalHoldCommandOutput,
  type HeadObjectCommandOutput,
  type Tag,
} from '@aws-sdk/client-s3';
import type { Asking } from './artifact-store.js';
import { PinRequestFailed } from './pin-trouble.js';
import type { S3Account } from './s3-account.js';
import { isDeclined, s3Failure } from './s3-failure.js';
import type { S3Location } from './s3-uri.js';
import { StoreError } from './store-error.js';

/** An object, and who is asked about it. */
export interface S3Place extends S3Location {
  readonly account: S3Account;
}

/** What certain failures of a request mean: an answer of their own, or that the server will never do it. */
interface Meaning<T> {
  readonly known?: (error: unknown) => T | null;
  readonly declined?: string;
}

type HoldAnswer = Pick<GetObjectLegalHoldCommandOutput, 'LegalHold'>;

const NO_PINS = 'knows neither legal holds nor tags of objects here';

/** The requests that pins are made of, about one version of one object. Each throws a {@link PinRequestFailed}. */
export class S3PinRequests {
  constructor(
    private readonly at: S3Place,
    private readonly uri: string,
    private readonly versionId: string,
    private readonly asking: Asking,
  ) {}

  /** The object as it lies there now, in its current version. */
  head(): Promise<HeadObjectCommandOutput> {
    const { account, bucket: Bucket, key: Key } = this.at;
    return this.#asked('s3:GetObject', (o) => account.client.send(new HeadObjectCommand({ Bucket, Key }), o));
  }

  /** Whether there is a legal hold on the object; null where its bucket has no object lock. */
  async hold(): Promise<boolean | null> {
    const ask = new GetObjectLegalHoldCommand(this.#object);
    const send = (o: { abortSignal: AbortSignal }): Promise<HoldAnswer> => this.#client.send(ask, o);
    const { LegalHold } = await this.#asked('s3:GetObjectLegalHold', send, { known: noHold });
    if (LegalHold?.Status === 'ON') return true;
    // A server that takes the question for another one does not say that there is no hold yet.
    return LegalHold?.Status === 'OFF' ? false : null;
  }

  async setHold(Status: 'ON' | 'OFF'): Promise<void> {
    const put = new PutObjectLegalHoldCommand({ ...this.#object, LegalHold: { Status } });
    await this.#asked('s3:PutObjectLegalHold', (o) => this.#client.send(put, o), { declined: 'takes no legal hold' });
  }

  /**
   * All tags of the object. A StoreError (`unsupported`) where the server knows none: a server that takes the question for
   * one about the object would take new tags for new bytes of the object.
   */
  async tags(): Promise<Tag[]> {
    const ask = new GetObjectTaggingCommand(this.#object);
    const { TagSet } = await this.#asked(this.#ofVersion('s3:GetObject', 'Tagging'), (o) => this.#client.send(ask, o), {
      declined: NO_PINS,
    });
    if (TagSet !== undefined) return TagSet;
    throw new StoreError(
      'unsupported',
      this.uri,
      `${this.at.account.server} answered without a list of tags: it ${NO_PINS}`,
    );
  }

  /** Puts these in the place of all tags that the object has. */
  async setTags(TagSet: Tag[]): Promise<void> {
    const put = new PutObjectTaggingCommand({ ...this.#object, Tagging: { TagSet } });
    await this.#asked(this.#ofVersion('s3:PutObject', 'Tagging'), (o) => this.#client.send(put, o), {
      declined: 'does not take the tags',
    });
  }

  get #client(): S3Account['client'] {
    return this.at.account.client;
  }

  get #object(): { Bucket: string; Key: string; VersionId?: string } {
    const { bucket: Bucket, key: Key } = this.at;
    return { Bucket, Key, ...(this.versionId === '' ? {} : { VersionId: this.versionId }) };
  }

  // Asking for a version by its id takes a permission of its own name (AWS, "Actions for Amazon S3").
  #ofVersion(before: string, after: string): string {
    return `${before}${this.versionId === '' ? '' : 'Version'}${after}`;
  }

  async #asked<T>(
    permission: string,
    send: (options: { abortSignal: AbortSignal }) => Promise<T>,
    { known = () => null, declined }: Meaning<T> = {},
  ): Promise<T> {
    const { server } = this.at.account;
    try {
      return await this.at.account.look(this.asking, send);
    } catch (error) {
      this.asking.signal?.throwIfAborted();
      const meant = known(error);
      if (meant !== null) return meant;
      const failure = s3Failure(error, this.uri, server, permission);
      if (!(failure instanceof StoreError)) throw failure;
      if (isElsewhere(error)) {
        const text = `${failure.evidence}: the bucket is gone, or this is not the server that it lies on`;
        throw new PinRequestFailed(new StoreError('unsupported', this.uri, text), permission);
      }
      if (declined === undefined || !isDeclined(error)) throw new PinRequestFailed(failure, permission);
      const refused = new StoreError('unsupported', this.uri, `${failure.evidence}: it ${declined}`);
      throw new PinRequestFailed(refused, permission);
    }
  }
}

// A bucket with legal holds cannot be deleted. One that is not there is more likely that on another server than the
// one that the endpoint leads to now: were its objects taken for gone, their pins would be forgotten, and stay for good.
function isElsewhere(error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === 'NoSuchBucket';
}

// An object without any hold is a 404 that names the missing configuration; a bucket without object lock is a 400, and
// a server that has never heard of it says so.
function noHold(error: unknown): HoldAnswer | null {
  if (isDeclined(error)) return {};
  const isFree = error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404;
  return isFree && /ObjectLockConfiguration/.test(error.name) ? { LegalHold: { Status: 'OFF' } } : null;
}
