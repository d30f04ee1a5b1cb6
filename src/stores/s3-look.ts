import {
  GetObjectCommand,
  HeadObjectCommand,
  type GetObjectCommandOutput,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { parseDigest } from '../domain/digest.js';
import { contentRange } from './asked-part.js';
import type { Asking, PresentObject } from './artifact-store.js';
import type { S3Account } from './s3-account.js';
import { mayBeArchived } from './s3-archive.js';
import { isUnexplained, noAnswerOfS3, s3Failure, statusOf } from './s3-failure.js';
import { s3Mark } from './s3-mark.js';
import { DIGEST_METADATA } from './s3-upload.js';
import type { S3Location } from './s3-uri.js';
import { StoreError } from './store-error.js';

type Answer = HeadObjectCommandOutput | GetObjectCommandOutput;

/** Looks at single objects of one account. Each look throws a StoreError for what is amiss, and the signal's reason. */
export class S3Look {
  constructor(
    private readonly account: S3Account,
    private readonly uri: string,
    private readonly at: S3Location,
    private readonly asking: Asking,
  ) {}

  /** What HeadObject says; null where it answers 404, whatever that may come from. */
  async head(): Promise<PresentObject | null> {
    try {
      return this.#present(await this.#head());
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw this.#failure(error);
    }
  }

  /**
   * What HeadObject says; and where it refuses, which it does without words, or where the object may lie in an archive,
   * what GetObject says of the first byte: that is what whoever needs the object would hear.
   */
  async thorough(): Promise<PresentObject> {
    try {
      const head = await this.#head().catch((error: unknown) => {
        if (isUnexplained(error)) return null;
        throw error;
      });
      return this.#present(head === null || mayBeArchived(head) ? await this.#firstByte(head) : head);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #head(): Promise<HeadObjectCommandOutput> {
    const command = new HeadObjectCommand({ Bucket: this.at.bucket, Key: this.at.key });
    return this.account.look(this.asking, (options) => this.account.client.send(command, options));
  }

  // Of an object without bytes there is no first one.
  async #firstByte(head: HeadObjectCommandOutput | null): Promise<Answer> {
    const part = head?.ContentLength === 0 ? {} : { Range: 'bytes=0-0' };
    const command = new GetObjectCommand({ Bucket: this.at.bucket, Key: this.at.key, ...part });
    const first = await this.account.look(this.asking, (options) => this.account.client.send(command, options));
    if (first.Body instanceof Readable) first.Body.on('error', () => undefined).destroy();
    return head ?? first;
  }

  #present(answer: Answer): PresentObject {
    const { ETag: etag, VersionId: versionId, ContentType: mediaType, LastModified: written } = answer;
    const size = sizeIn(answer);
    if (size === null || (etag === undefined && answer.$metadata.requestId === undefined)) {
      throw noAnswerOfS3(this.uri, this.account.server, 200);
    }
    const digest = parseDigest(answer.Metadata?.[DIGEST_METADATA]);
    const mark = s3Mark(answer);
    return {
      state: 'present',
      size,
      ...(digest === null ? {} : { digest }),
      ...(mediaType === undefined ? {} : { mediaType }),
      ...(versionId === undefined ? {} : { versionId }),
      ...(etag === undefined ? {} : { etag }),
      ...(mark === undefined ? {} : { mark }),
      ...(written === undefined ? {} : { lastModified: written.toISOString() }),
    };
  }

  #failure(error: unknown): unknown {
    this.asking.signal?.throwIfAborted();
    return error instanceof StoreError ? error : s3Failure(error, this.uri, this.account.server);
  }
}

function sizeIn(answer: Answer): number | null {
  const range = 'ContentRange' in answer ? answer.ContentRange : undefined;
  return range === undefined ? (answer.ContentLength ?? null) : (contentRange(range)?.total ?? null);
}
