import {
  GetObjectLegalHoldCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectTaggingCommand,
  S3ServiceException,
  type HeadObjectCommandOutput,
  type Tag,
} from '@aws-sdk/client-s3';
import type { Asking } from './artifact-store.js';
import { PinRequestFailed } from './pin-trouble.js';
import type { S3Account } from './s3-account.js';
import { s3Failure } from './s3-failure.js';
import type { S3Location } from './s3-uri.js';
import { StoreError } from './store-error.js';

/** An object, and who is asked about it. */
export interface S3Place extends S3Location {
  readonly account: S3Account;
}

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
    try {
      const { LegalHold } = await this.#asked(
        's3:GetObjectLegalHold',
        (o) => {
          return this.at.account.client.send(new GetObjectLegalHoldCommand(this.#object), o);
        },
        noHold,
      );
      return LegalHold?.Status === 'ON';
    } catch (error) {
      if (error instanceof NoHold) return error.lock ? false : null;
      throw error;
    }
  }

  async setHold(Status: 'ON' | 'OFF'): Promise<void> {
    await this.#asked('s3:PutObjectLegalHold', (o) => {
      return this.at.account.client.send(new PutObjectLegalHoldCommand({ ...this.#object, LegalHold: { Status } }), o);
    });
  }

  async tags(): Promise<Tag[]> {
    const { TagSet } = await this.#asked(this.#ofVersion('s3:GetObject', 'Tagging'), (o) => {
      return this.at.account.client.send(new GetObjectTaggingCommand(this.#object), o);
    });
    return TagSet ?? [];
  }

  /** Puts these in the place of all tags that the object has. */
  async setTags(TagSet: Tag[]): Promise<void> {
    await this.#asked(this.#ofVersion('s3:PutObject', 'Tagging'), (o) => {
      return this.at.account.client.send(new PutObjectTaggingCommand({ ...this.#object, Tagging: { TagSet } }), o);
    });
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
    known: (error: unknown) => Error | null = () => null,
  ): Promise<T> {
    try {
      return await this.at.account.look(this.asking, send);
    } catch (error) {
      this.asking.signal?.throwIfAborted();
      const meant = known(error);
      if (meant !== null) throw meant;
      const failure = s3Failure(error, this.uri, this.at.account.server, permission);
      throw failure instanceof StoreError ? new PinRequestFailed(failure, permission) : failure;
    }
  }
}

class NoHold extends Error {
  constructor(readonly lock: boolean) {
    super();
  }
}

// An object without any hold is a 404 that names the missing configuration; a bucket without object lock is a 400, and
// a server that has never heard of it says so.
function noHold(error: unknown): NoHold | null {
  if (!(error instanceof S3ServiceException)) return null;
  const status = error.$metadata.httpStatusCode ?? 0;
  if (status === 404 && /ObjectLockConfiguration/.test(error.name)) return new NoHold(true);
  return status === 400 || status === 405 || status === 501 ? new NoHold(false) : null;
}
