import { agentSettings, type AgentSettings } from './agent-settings.js';
import { checkSettings, type CheckSettings } from './check-settings.js';
import { pinSettings, type PinSettings } from './pin-settings.js';
import { jobSettings, type JobSettings } from './job-settings.js';
import { nodeSettings, type NodeSettings } from './node-settings.js';
import type { Schema } from './setting.js';
import { storeSettings, type StoreSettings } from './store-settings.js';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

export const kubernetesModes = ['off', 'in-cluster', 'kubeconfig'] as const;
export type KubernetesMode = (typeof kubernetesModes)[number];

/** Every setting of Lastgood with its type. Times are in seconds, sizes in bytes, as the names say. */
export interface Settings extends JobSettings, CheckSettings, PinSettings, NodeSettings, StoreSettings, AgentSettings {
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
  readonly secrets: {
    readonly environment: readonly string[];
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
  ...nodeSettings,
  ...pinSettings,
  ...storeSettings,
  secrets: {
    environment: {
      doc: "Variables that secret references `env://` may name; `SERVING_*` is all that begin so, Lastgood's own excepted.",
      format: 'variable-names',
      default: [],
      env: 'LASTGOOD_SECRET_ENVIRONMENT',
    },
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
  ...agentSettings,
};
