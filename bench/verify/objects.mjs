// @ts-check
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';

/** How many requests are under way at once: for the bare loop, and as many looks as the product makes side by side. */
export const AT_ONCE = 16;

/** @param {number} n */
export const keyOf = (n) => `weights/part-${String(n).padStart(6, '0')}`;

/**
 * Puts `count` small objects into the bucket, and returns them as the artifacts of a version.
 * @param {{ client: import('@aws-sdk/client-s3').S3Client, bucket: string }} s3
 * @param {number} count
 */
export async function putObjects({ client, bucket }, count) {
  const artifacts = Array.from({ length: count }, (_, n) => {
    const body = `part ${n}`;
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    return { uri: `s3://${bucket}/${keyOf(n)}`, digest, size: body.length };
  });
  let next = 0;
  const lane = async () => {
    for (let n = next++; n < count; n = next++) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(n), Body: `part ${n}` }));
    }
  };
  await Promise.all(Array.from({ length: 32 }, lane));
  return artifacts;
}
