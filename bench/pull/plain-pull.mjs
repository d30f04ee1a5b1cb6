// @ts-check
// What a pull is measured against: the same ranges side by side, written where they belong, and nothing verified.
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { obeyParent } from '../support/child.mjs';
import { measured } from './measured.mjs';

const PART = 16 * 1024 * 1024;
const AT_ONCE = 8;

obeyParent(async (order) => {
  const { connection, uri, size, to } = order;
  const { endpoint, region, credentials } = connection;
  const client = new S3Client({ endpoint, region, credentials: { ...credentials }, forcePathStyle: true });
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  const figures = await measured(async () => {
    const file = await open(join(to, 'weights.bin'), 'w');
    let next = 0;
    const lane = async () => {
      for (let start = PART * next++; start < size; start = PART * next++) {
        const end = Math.min(start + PART, size) - 1;
        const { Body } = await client.send(
          new GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=${start}-${end}` }),
        );
        let at = start;
        for await (const chunk of /** @type {import('node:stream').Readable} */ (Body)) {
          await file.write(chunk, 0, chunk.length, at);
          at += chunk.length;
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    await file.close();
  });
  client.destroy();
  return figures;
});
