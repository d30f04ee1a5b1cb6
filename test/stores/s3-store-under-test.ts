import { ListMultipartUploadsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import type { S3Limits } from '../../src/stores/s3-options.js';
import { S3Store } from '../../src/stores/s3-store.js';
import { locationOfS3Uri, s3UriOf } from '../../src/stores/s3-uri.js';
import { StoreRefusal } from '../../src/stores/store-refusal.js';
import { S3Line } from '../support/s3-line.js';
import type { S3Keys } from '../support/s3-server.js';
import type { StoreUnderTest } from './store-under-test.js';

/** A store on the run's S3 server, over a line that can be cut, under a prefix of its own. */
export async function s3StoreUnderTest(
  limits: Partial<S3Limits> = {},
): Promise<StoreUnderTest & { store: S3Store; line: S3Line; prefix: string; client: S3Client }> {
  const { endpoint, keys, otherKeys, bucket, privateBucket } = inject('s3');
  const line = await S3Line.to(endpoint);
  const prefix = `${randomUUID()}/`;
  const client = clientFor(endpoint, keys);
  const buckets = [privateBucket];
  const store = new S3Store({ bucket, prefix, buckets, endpoint: line.endpoint, credentials: keys, limits });
  return {
    store,
    line,
    prefix,
    client,
    uriNamed: (name) => s3UriOf({ bucket, key: prefix + name }),
    plant: async (name, bytes) => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: prefix + name, Body: bytes }));
      return s3UriOf({ bucket, key: prefix + name });
    },
    plantFolder: async (name) => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}${name}/`, Body: Buffer.alloc(0) }));
    },
    damage: async (digest, bytes) => {
      const location = locationOfS3Uri(store.uriOf(digest));
      if (location instanceof StoreRefusal) throw new Error(location.text);
      await client.send(new PutObjectCommand({ Bucket: location.bucket, Key: location.key, Body: bytes }));
    },
    leftovers: async () => {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }));
      return Uploads.map(({ Key = '' }) => Key);
    },
    whileForbidden: async (look) => {
      const other = clientFor(endpoint, otherKeys);
      await other.send(new PutObjectCommand({ Bucket: privateBucket, Key: `${prefix}secret`, Body: 'not yours' }));
      other.destroy();
      return look(s3UriOf({ bucket: privateBucket, key: `${prefix}secret` }));
    },
    whileUnreachable: async (look) => {
      await line.cut();
      try {
        return await look();
      } finally {
        await line.mend();
      }
    },
    close: async () => {
      store.close();
      client.destroy();
      await line.cut();
    },
  };
}

function clientFor(endpoint: string, credentials: S3Keys): S3Client {
  return new S3Client({
    endpoint,
    credentials,
    region: 'us-east-1',
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
}
