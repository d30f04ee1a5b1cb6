import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { inject, onTestFinished } from 'vitest';
import type { NodeCache, NodeCacheOptions } from '../../../src/agent/cache/index.js';
import { Downloads, type DownloadSettings, type Progress } from '../../../src/agent/download/index.js';
import { digestOf } from '../../../src/domain/digest.js';
import { treeDigest } from '../../../src/domain/tree-digest.js';
import type { Artifact } from '../../../src/domain/version-record.js';
import { StoreSet } from '../../../src/stores/store-set.js';
import { emptyFolder, openCache } from '../../support/agent/cache-under-test.js';
import { startS3Front, type S3Front } from '../../support/agent/s3-front.js';

export const MIB = 1024 * 1024;

/** Small parts and short waits. */
export const QUICK: Partial<DownloadSettings> = { partBytes: MIB, tries: 4, baseMs: 2, capMs: 10, tellEveryMs: 5 };

/** A node with a cache and downloads from the run's S3 server, over a front that can do harm. */
export interface Node {
  readonly folder: string;
  readonly cache: NodeCache;
  readonly downloads: Downloads;
  readonly front: S3Front;
  readonly stores: StoreSet;
  /** What a version's download told. */
  readonly told: Progress[];
  readonly tell: (progress: Progress) => void;
  /** Uploads a file; answers it as an artifact. */
  plant(path: string, bytes: Uint8Array): Promise<Artifact>;
  /** Uploads files below a prefix; answers it as an artifact. */
  plantTree(path: string, files: Record<string, Uint8Array>): Promise<Artifact>;
}

export async function startNode(
  options: { folder?: string; settings?: Partial<DownloadSettings>; cache?: Partial<NodeCacheOptions> } = {},
): Promise<Node> {
  const { endpoint, keys, bucket } = inject('s3');
  const folder = options.folder ?? (await emptyFolder());
  const front = await startS3Front(endpoint);
  const { cache } = await openCache(folder, options.cache);
  const limits = { attempts: 1 };
  const stores = await StoreSet.open({ s3: { bucket, endpoint: front.endpoint, credentials: keys, limits } });
  const downloads = new Downloads(cache, stores, { ...QUICK, ...options.settings });
  const client = new S3Client({
    endpoint,
    credentials: keys,
    region: 'us-east-1',
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  onTestFinished(async () => {
    await downloads.close();
    stores.close();
    client.destroy();
  });
  const prefix = `agent-${randomUUID()}`;
  const put = async (key: string, bytes: Uint8Array): Promise<string> => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}/${key}`, Body: bytes }));
    return `s3://${bucket}/${prefix}/${key}`;
  };
  const told: Progress[] = [];
  return {
    folder,
    cache,
    downloads,
    front,
    stores,
    told,
    tell: (progress) => void told.push(progress),
    plant: async (path, bytes) => ({
      path,
      uri: await put(path, bytes),
      digest: digestOf(bytes),
      size: bytes.byteLength,
    }),
    plantTree: async (path, files) => {
      let size = 0;
      for (const [name, bytes] of Object.entries(files)) {
        await put(`${path}/${name}`, bytes);
        size += bytes.byteLength;
      }
      const entries = Object.entries(files).map(([name, bytes]) => ({ path: name, digest: digestOf(bytes) }));
      return { path, uri: `s3://${bucket}/${prefix}/${path}/`, digest: treeDigest(entries), size };
    },
  };
}
