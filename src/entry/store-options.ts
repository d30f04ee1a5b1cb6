import { join } from 'node:path';
import { parseHostCredentials, type Config, type ConfiguredS3Store } from '../platform/config/index.js';
import type { HttpsStoreOptions } from '../stores/https-store.js';
import type { S3StoreOptions } from '../stores/s3-options.js';
import type { StoreSetOptions } from '../stores/store-set.js';

/** The stores as the configuration names them. */
export function storeOptions(config: Config): StoreSetOptions {
  const { dataDir, fileRoots, store, s3, allowedNetworks, https, oci } = config;
  const { bucket, endpoint, region, accessKeyId, secretAccessKey, forcePathStyle } = s3;
  // Without an endpoint it is AWS, which has its own way of addressing buckets.
  const server = endpoint === '' ? {} : { endpoint, forcePathStyle };
  const credentials = accessKeyId === '' ? {} : { credentials: { accessKeyId, secretAccessKey } };
  return {
    file: { folder: join(dataDir, 'artifacts'), roots: fileRoots },
    ...(bucket === '' ? {} : { s3: { bucket, region, ...server, ...credentials } }),
    s3Stores: config.s3Stores.map(furtherStore),
    ...(https.allowedHosts.length === 0 ? {} : { https: { ...outbound(https), allowedNetworks } }),
    ...(oci.allowedHosts.length === 0 ? {} : { oci: { ...outbound(oci), allowedNetworks, platform: oci.platform } }),
    uploads: store,
    limits: {
      concurrency: config.storeConcurrency,
      requestsPerSecond: config.storeRequestsPerSecond,
      reads: config.storeReads,
    },
  };
}

// Uploads never go there, so the first bucket is as good as any.
function furtherStore({ buckets, ...store }: ConfiguredS3Store): S3StoreOptions {
  return { ...store, bucket: buckets[0] ?? '', buckets };
}

function outbound({
  allowedHosts,
  credentials,
}: Config['https']): Pick<HttpsStoreOptions, 'allowedHosts' | 'credentials'> {
  return { allowedHosts, credentials: parseHostCredentials(credentials) ?? {} };
}
