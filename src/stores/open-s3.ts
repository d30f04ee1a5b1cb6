import type { EndpointTurns } from './endpoint-turns.js';
import type { S3StoreOptions } from './s3-options.js';
import type { S3Store } from './s3-store.js';
import { S3Stores } from './s3-stores.js';

/** The S3 stores of a process: all of them as one, and the one that can take uploads, if there is one. */
export interface OpenS3 {
  readonly all: S3Stores;
  readonly uploads: S3Store | null;
}

/**
 * The S3 stores of the configuration, or null for none. The client of S3 is more code than all other stores together, so it
 * is loaded only where there is a server to ask. Throws for a bucket that two of them serve.
 */
export async function openS3(
  { s3, s3Stores = [] }: { s3?: S3StoreOptions; s3Stores?: readonly S3StoreOptions[] },
  turns: EndpointTurns,
): Promise<OpenS3 | null> {
  if (s3 === undefined && s3Stores.length === 0) return null;
  const library = await import('./s3-store.js');
  const opened = (options: S3StoreOptions): S3Store => new library.S3Store({ ...options, turns });
  const uploads = s3 === undefined ? null : opened(s3);
  return { uploads, all: new S3Stores([...(uploads ? [uploads] : []), ...s3Stores.map(opened)]) };
}
