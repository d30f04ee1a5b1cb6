// @ts-check
// What looking at objects is measured against: HeadObject of the same keys by the same client, and nothing else.
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { obeyParent } from '../support/child.mjs';
import { AT_ONCE, keyOf } from './objects.mjs';

/** @type {S3Client | undefined} */
let client;

obeyParent(async (/** @type {{ options: object, bucket: string, count: number }} */ { options, bucket, count }) => {
  const s3 = (client ??= new S3Client(options));
  const begun = performance.now();
  let next = 0;
  const lane = async () => {
    for (let n = next++; n < count; n = next++) await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: keyOf(n) }));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return { seconds: (performance.now() - begun) / 1000 };
});
