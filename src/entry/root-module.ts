import { Module, type DynamicModule } from '@nestjs/common';
import { join } from 'node:path';
import { AliasDefaults, AliasesModule } from '../features/aliases/index.js';
import { ArtifactsModule } from '../features/artifacts/index.js';
import { CHECK_JOBS, CheckOptions, ChecksModule } from '../features/checks/index.js';
import { HealthModule } from '../features/health/index.js';
import { JobsModule } from '../features/jobs/index.js';
import { ModelsModule } from '../features/models/index.js';
import { ProtectionModule, Retention } from '../features/protection/index.js';
import { ReadinessModule } from '../features/readiness/index.js';
import { ReportsModule } from '../features/reports/index.js';
import { ResolutionModule, type ResolutionOptions } from '../features/resolution/index.js';
import { VersionsModule } from '../features/versions/index.js';
import { parseHostCredentials, type Config, type ConfiguredS3Store } from '../platform/config/index.js';
import { DatabaseModule } from '../platform/database/database.module.js';
import { QueueModule } from '../platform/queue/index.js';
import { SecretsModule, type SecretsOptions } from '../platform/secrets/index.js';
import type { HttpsStoreOptions } from '../stores/https-store.js';
import type { S3StoreOptions } from '../stores/s3-options.js';
import type { StoreSetOptions } from '../stores/store-set.js';

/** Every kind of job there is. */
const JOBS = [...CHECK_JOBS];

@Module({})
class RootModule {}

/** What the API process is made of. `up` runs the worker's part inside it. Limits on watching are for tests. */
export function apiModule(config: Config, watchLimits: ResolutionOptions['limits'] = {}): DynamicModule {
  const { databaseUrl, soakWindowSeconds } = config;
  return root([
    ...shared(config),
    ResolutionModule.forRoot({ databaseUrl, limits: watchLimits }),
    ModelsModule,
    VersionsModule,
    AliasesModule.forRoot(new AliasDefaults(soakWindowSeconds)),
    ReportsModule,
    ReadinessModule,
    JobsModule,
    HealthModule,
  ]);
}

/** What the worker process is made of. */
export function workerModule(config: Config): DynamicModule {
  return root(shared(config));
}

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

function secretsOptions({ secrets: { fileRoots, kubernetes, kubeconfig } }: Config): SecretsOptions {
  const ways = { off: null, 'in-cluster': { inCluster: true }, kubeconfig: { inCluster: false, kubeconfig } } as const;
  return { fileRoots, kubernetes: ways[kubernetes] };
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

function checkOptions(config: Config): CheckOptions {
  const { checkLookSeconds, checkKeptLookSeconds, checkOtherLookSeconds } = config;
  const { checkDeepSeconds, checkKeptDeepSeconds, checkOtherDeepSeconds } = config;
  const intervals = {
    look: { needed: checkLookSeconds, kept: checkKeptLookSeconds, other: checkOtherLookSeconds },
    deep: { needed: checkDeepSeconds, kept: checkKeptDeepSeconds, other: checkOtherDeepSeconds },
  };
  return new CheckOptions(intervals, config.checkHistorySeconds);
}

function shared(config: Config): DynamicModule[] {
  const { databaseUrl, databasePoolSize, redisUrl, shutdownGraceSeconds } = config;
  return [
    DatabaseModule.forRoot({ url: databaseUrl, poolSize: databasePoolSize }),
    QueueModule.forRoot({
      databaseUrl,
      jobs: JOBS,
      concurrency: config.jobConcurrency,
      bulkConcurrency: config.bulkJobConcurrency,
      attempts: config.jobAttempts,
      keepFailedSeconds: config.failedJobRetentionSeconds,
      graceMs: shutdownGraceSeconds * 1e3,
      redisUrl: redisUrl === '' ? undefined : redisUrl,
    }),
    ArtifactsModule.forRoot(storeOptions(config), config.verifyBytesPerSecond),
    SecretsModule.forRoot(secretsOptions(config)),
    ProtectionModule.forRoot(new Retention(config.retentionSeconds)),
    ChecksModule.forRoot(checkOptions(config)),
  ];
}

function root(imports: NonNullable<DynamicModule['imports']>): DynamicModule {
  return { module: RootModule, imports };
}
