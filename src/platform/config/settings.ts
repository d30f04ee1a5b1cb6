import { checkSettings, type CheckSettings } from './check-settings.js';
import { jobSettings, type JobSettings } from './job-settings.js';
import type { Schema } from './setting.js';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

export const stores = ['file', 's3'] as const;
export type StoreKind = (typeof stores)[number];

export const kubernetesModes = ['off', 'in-cluster', 'kubeconfig'] as const;
export type KubernetesMode = (typeof kubernetesModes)[number];

/** Every setting of Lastgood with its type. Times are in seconds, sizes in bytes, as the names say. */
export interface Settings extends JobSettings, CheckSettings {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly databasePoolSize: number;
  readonly redisUrl: string;
  readonly token: string;
  readonly logLevel: LogLevel;
  readonly bodyLimitBytes: number;
  readonly soakWindowSeconds: number;
  readonly retentionSeconds: number;
  readonly shutdownGraceSeconds: number;
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
  readonly secrets: {
    readonly fileRoots: readonly string[];
    readonly kubernetes: KubernetesMode;
    readonly kubeconfig: string;
  };
}

const day = 24 * 60 * 60;
const mebibyte = 1024 * 1024;

/** The one list of settings; the loader, `lastgood config` and the documentation all read it. */
export const schema: Schema<Settings> = {
  host: {
    doc: 'Address to listen on. Any address but loopback needs a token.',
    format: 'filled-text',
    default: '127.0.0.1',
    env: 'LASTGOOD_HOST',
    flag: '--host',
  },
  port: {
    doc: 'Port to listen on; 0 takes any free one.',
    format: 'whole-number',
    min: 0,
    max: 65_535,
    default: 7420,
    env: 'LASTGOOD_PORT',
    flag: '--port',
  },
  dataDir: {
    doc: 'Folder for everything kept on this machine: the embedded database and the artifact store.',
    format: 'filled-text',
    default: '.lastgood',
    env: 'LASTGOOD_DATA',
    flag: '--data',
  },
  databaseUrl: {
    doc: 'PostgreSQL to use; when empty, `lastgood up` runs its own inside the data folder.',
    format: 'postgres-url',
    default: '',
    env: 'DATABASE_URL',
    flag: '--database-url',
  },
  databasePoolSize: {
    doc: 'Most connections one process keeps to PostgreSQL.',
    format: 'whole-number',
    min: 1,
    max: 1000,
    default: 10,
    env: 'LASTGOOD_DATABASE_POOL',
  },
  redisUrl: {
    doc: 'Redis for the jobs; when empty, the jobs run on PostgreSQL.',
    format: 'redis-url',
    default: '',
    env: 'REDIS_URL',
  },
  token: {
    doc: 'Bearer token that every request must carry; when empty, requests need none.',
    format: 'text',
    default: '',
    env: 'LASTGOOD_TOKEN',
    sensitive: true,
  },
  logLevel: {
    doc: 'Least severe level that is logged.',
    format: 'choice',
    choices: logLevels,
    default: 'info',
    env: 'LASTGOOD_LOG_LEVEL',
  },
  bodyLimitBytes: {
    doc: 'Largest request body, in bytes.',
    format: 'whole-number',
    min: 1024,
    max: 1024 * mebibyte,
    default: mebibyte,
    env: 'LASTGOOD_BODY_LIMIT_BYTES',
  },
  soakWindowSeconds: {
    doc: 'How long a version must serve before it counts as known good, in seconds.',
    format: 'whole-number',
    min: 0,
    max: 90 * day,
    default: 1800,
    env: 'LASTGOOD_SOAK_WINDOW_SECONDS',
  },
  retentionSeconds: {
    doc: 'How long a version is kept at hand after it stopped serving, in seconds.',
    format: 'whole-number',
    min: 0,
    max: 3650 * day,
    default: 14 * day,
    env: 'LASTGOOD_RETENTION_SECONDS',
  },
  shutdownGraceSeconds: {
    doc: 'How long requests and jobs in progress may take to end at shutdown, in seconds.',
    format: 'whole-number',
    min: 0,
    max: 3600,
    default: 10,
    env: 'LASTGOOD_SHUTDOWN_GRACE_SECONDS',
  },
  ...jobSettings,
  ...checkSettings,
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
  secrets: {
    fileRoots: {
      doc: 'Folders that secret references `file://` may lead into.',
      format: 'absolute-folders',
      default: ['/run/secrets'],
      env: 'LASTGOOD_SECRET_FILE_ROOTS',
    },
    kubernetes: {
      doc: 'How secret references `k8s://` are looked up: not at all, as the service account of the pod, or by a kubeconfig.',
      format: 'choice',
      choices: kubernetesModes,
      default: 'off',
      env: 'LASTGOOD_SECRET_KUBERNETES',
    },
    kubeconfig: {
      doc: 'The kubeconfig file to look up `k8s://` references by.',
      format: 'text',
      default: '',
      env: 'LASTGOOD_SECRET_KUBECONFIG',
    },
  },
};
