import type { Schema } from './setting.js';

export const stores = ['file', 's3'] as const;
export type StoreKind = (typeof stores)[number];

/** Where artifacts and images lie, and how much the places are asked. */
export interface StoreSettings {
  readonly store: StoreKind;
  readonly fileRoots: readonly string[];
  readonly storeConcurrency: number;
  readonly storeRequestsPerSecond: number;
  readonly storeReads: number;
  readonly verifyBytesPerSecond: number;
  readonly s3: {
    readonly bucket: string;
    readonly endpoint: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly forcePathStyle: boolean;
  };
  readonly s3StoresFile: string;
  readonly allowedNetworks: readonly string[];
  readonly https: {
    readonly allowedHosts: readonly string[];
    readonly credentials: string;
  };
  readonly oci: {
    readonly allowedHosts: readonly string[];
    readonly credentials: string;
    readonly platform: string;
  };
}

const mebibyte = 1024 * 1024;

/** The settings of the stores. */
export const storeSettings: Schema<StoreSettings> = {
  store: {
    doc: 'Where uploads go: a folder under the data folder, or an S3 bucket.',
    format: 'choice',
    choices: stores,
    default: 'file',
    env: 'LASTGOOD_STORE',
  },
  fileRoots: {
    doc: 'Folders that `file://` artifacts may lie under, beside the artifact store of the data folder.',
    format: 'absolute-folders',
    default: [],
    env: 'LASTGOOD_FILE_ROOTS',
  },
  storeConcurrency: {
    doc: 'Requests that one process has open to one store, registry or web server; a quarter is kept for urgent ones.',
    format: 'whole-number',
    min: 1,
    max: 1000,
    default: 16,
    env: 'LASTGOOD_STORE_CONCURRENCY',
  },
  storeRequestsPerSecond: {
    doc: 'New requests that one process sends to one store, registry or web server in a second; 0 for no limit.',
    format: 'whole-number',
    min: 0,
    max: 100_000,
    default: 200,
    env: 'LASTGOOD_STORE_REQUESTS_PER_SECOND',
  },
  storeReads: {
    doc: 'Objects that one process reads from one store, registry or web server at the same time to verify them.',
    format: 'whole-number',
    min: 1,
    max: 100,
    default: 4,
    env: 'LASTGOOD_STORE_READS',
  },
  verifyBytesPerSecond: {
    doc: 'Bytes that one process reads in a second to verify artifacts, from all stores together; 0 for no limit.',
    format: 'whole-number',
    min: 0,
    max: 1024 ** 4,
    default: 100 * mebibyte,
    env: 'LASTGOOD_VERIFY_BYTES_PER_SECOND',
  },
  s3: {
    bucket: {
      doc: 'Bucket for uploads.',
      format: 'text',
      default: '',
      env: 'S3_BUCKET',
    },
    endpoint: {
      doc: 'Address of an S3-compatible server; when empty, the one of AWS for the region.',
      format: 'http-url',
      default: '',
      env: 'S3_ENDPOINT',
    },
    region: {
      doc: 'Region of the bucket.',
      format: 'filled-text',
      default: 'us-east-1',
      env: 'S3_REGION',
    },
    accessKeyId: {
      doc: 'Access key; when empty, the usual AWS credential chain.',
      format: 'text',
      default: '',
      env: 'S3_ACCESS_KEY_ID',
      sensitive: true,
    },
    secretAccessKey: {
      doc: 'Secret of the access key.',
      format: 'text',
      default: '',
      env: 'S3_SECRET_ACCESS_KEY',
      sensitive: true,
    },
    forcePathStyle: {
      doc: 'Whether the bucket stands in the path instead of the host name, as most S3-compatible servers want.',
      format: 'true-or-false',
      default: true,
      env: 'S3_FORCE_PATH_STYLE',
    },
  },
  s3StoresFile: {
    doc: 'JSON file with further S3 stores, each with its own buckets and credentials.',
    format: 'text',
    default: '',
    env: 'LASTGOOD_S3_STORES_FILE',
  },
  allowedNetworks: {
    doc: 'Private networks that the hosts of artifacts and images may lie in; public addresses always may.',
    format: 'networks',
    default: [],
    env: 'LASTGOOD_ALLOWED_NETWORKS',
  },
  https: {
    allowedHosts: {
      doc: 'Hosts that `https://` artifacts may lie on; when empty, there are none.',
      format: 'hosts',
      default: [],
      env: 'LASTGOOD_HTTPS_ALLOWED_HOSTS',
    },
    credentials: {
      doc: 'Credentials for hosts of `https://` artifacts.',
      format: 'host-credentials',
      default: '',
      env: 'LASTGOOD_HTTPS_CREDENTIALS',
      sensitive: true,
    },
  },
  oci: {
    allowedHosts: {
      doc: 'Registries that images and `oci://` artifacts may lie in; when empty, there are none.',
      format: 'hosts',
      default: [],
      env: 'LASTGOOD_OCI_ALLOWED_HOSTS',
    },
    credentials: {
      doc: 'Credentials for registries.',
      format: 'host-credentials',
      default: '',
      env: 'LASTGOOD_OCI_CREDENTIALS',
      sensitive: true,
    },
    platform: {
      doc: 'Platform whose image counts where an index has several.',
      format: 'image-platform',
      default: 'linux/amd64',
      env: 'LASTGOOD_OCI_PLATFORM',
    },
  },
};
