import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { PutRequest } from './artifact-store.js';
import type { S3Location } from './s3-uri.js';
import { verified } from './verifying-stream.js';

const MIB = 1024 * 1024;
const SMALLEST_PART = 8 * MIB;
const MOST_BUFFERED = 32 * MIB;
// S3 takes 10,000 parts; the last one may be short.
const MOST_PARTS = 9_999;

/** The name under which an object remembers the digest it was verified against (`x-amz-meta-…`). */
export const DIGEST_METADATA = 'lastgood-digest';

/**
 * Uploads the bytes straight to their place, in parts held in memory a few at a time. An object appears only when the
 * last request completes the upload, and that request is sent only after the stream ended with size and digest
 * right; otherwise the parts are thrown away. No staging object: copying it would move every byte twice, and S3
 * copies at most 5 GB in one request. A process that dies leaves invisible parts, which a bucket rule
 * (AbortIncompleteMultipartUpload) removes.
 */
export async function uploadVerified(client: S3Client, at: S3Location, request: PutRequest): Promise<void> {
  const { digest, size, mediaType, signal } = request;
  const body = verified(request.open(), { digest, size }, signal);
  const partSize = partSizeFor(size);
  const upload = new Upload({
    client,
    params: {
      Bucket: at.bucket,
      Key: at.key,
      Body: body,
      Metadata: { [DIGEST_METADATA]: digest },
      ...(mediaType === undefined ? {} : { ContentType: mediaType }),
    },
    partSize,
    queueSize: Math.max(1, Math.floor(MOST_BUFFERED / partSize)),
  });
  // An aborted signal ends `body`, and the upload with it, after the parts are thrown away; the client's own
  // abort would return before that.
  await upload.done().finally(() => body.destroy());
}

/** The size of a part, in bytes, for an object of `size` bytes: as small as the limit on the number of parts allows. */
export function partSizeFor(size: number): number {
  return Math.max(SMALLEST_PART, Math.ceil(size / MOST_PARTS / MIB) * MIB);
}
