import { Readable } from 'node:stream';
import { FileStore } from '../../src/stores/file-store.js';
import { S3Store } from '../../src/stores/s3-store.js';
import { freshBytes, putOf } from './sample-bytes.js';

// A process of its own that stops one byte before the end of an upload, and waits there to be killed.
const [scheme, place = '', prefix = '', endpoint = '', accessKeyId = '', secretAccessKey = ''] = process.argv.slice(2);
const store =
  scheme === 's3'
    ? new S3Store({ bucket: place, prefix, endpoint, credentials: { accessKeyId, secretAccessKey } })
    : new FileStore({ folder: place });

const bytes = freshBytes(18 * 1024 * 1024);
const open = (): Readable => {
  const source = new Readable({ read: () => undefined });
  source.push(bytes.subarray(0, -1));
  return source;
};
const request = putOf(bytes, { open });
console.log(request.digest);
setInterval(() => undefined, 1_000);
await store.put(request);
