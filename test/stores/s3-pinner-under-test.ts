import { PutObjectLegalHoldCommand, PutObjectTaggingCommand, type S3Client } from '@aws-sdk/client-s3';
import { inject } from 'vitest';
import { S3Store } from '../../src/stores/s3-store.js';
import { locationOfS3Uri, s3UriOf, type S3Location } from '../../src/stores/s3-uri.js';
import { StoreRefusal } from '../../src/stores/store-refusal.js';
import { allowOthers, layObject, makeBucket, s3ClientFor, type BucketKind } from '../support/s3-buckets.js';
import { S3Line } from '../support/s3-line.js';
import type { PinnerUnderTest } from './pinner-under-test.js';

const READ = [
  's3:GetObject',
  's3:ListBucket',
  's3:GetObjectLegalHold',
  's3:GetObjectTagging',
  's3:GetObjectVersionTagging',
];
const LACKING = {
  plain: 's3:PutObjectTagging',
  versioned: 's3:PutObjectVersionTagging',
  locked: 's3:PutObjectLegalHold',
} as const;

/** Pins of objects in a fresh bucket of the run's S3 server, over a line that can be cut. */
export interface S3PinnerUnderTest extends PinnerUnderTest {
  readonly client: S3Client;
  readonly bucket: string;
}

export async function s3PinnerUnderTest(kind: BucketKind): Promise<S3PinnerUnderTest> {
  const { endpoint, keys, otherKeys } = inject('s3');
  const client = s3ClientFor(endpoint, keys);
  const bucket = await makeBucket(client, kind);
  const line = await S3Line.to(endpoint);
  const store = new S3Store({ bucket, endpoint: line.endpoint, credentials: keys });
  const plant = async (key: string): Promise<string> => {
    await layObject(client, bucket, key, 'weights');
    return s3UriOf({ bucket, key });
  };
  return {
    pinner: store.pins,
    client,
    bucket,
    plant,
    absent: (key) => s3UriOf({ bucket, key }),
    strip: async (place) => {
      const { bucket: Bucket, key: Key } = locationOf(place);
      const LegalHold = { Status: 'OFF' } as const;
      if (kind === 'locked') await client.send(new PutObjectLegalHoldCommand({ Bucket, Key, LegalHold }));
      else await client.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet: [] } }));
    },
    whileForbidden: async (look) => {
      const subject = await plant('readable');
      await allowOthers(client, bucket, READ);
      const other = new S3Store({ bucket, endpoint, credentials: otherKeys });
      try {
        return await look(other.pins, subject, LACKING[kind]);
      } finally {
        other.close();
      }
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

function locationOf(place: string): S3Location {
  const location = locationOfS3Uri(place);
  if (location instanceof StoreRefusal) throw new Error(location.text);
  return location;
}
