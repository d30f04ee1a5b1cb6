import { Module, type DynamicModule } from '@nestjs/common';
import { AliasDefaults, AliasesModule } from '../features/aliases/index.js';
import { ArtifactsModule } from '../features/artifacts/index.js';
import { CHECK_JOBS, CheckOptions, ChecksModule } from '../features/checks/index.js';
import { HealthModule, WorkerHealthModule } from '../features/health/index.js';
import { JobsModule } from '../features/jobs/index.js';
import { ModelsModule } from '../features/models/index.js';
import { NODE_JOBS, NodeOptions, NodesApiModule, NodesModule } from '../features/nodes/index.js';
import { PIN_JOBS, PinSettings, PinsModule } from '../features/pins/index.js';
import { ProtectionModule, Retention } from '../features/protection/index.js';
import { ReadinessModule } from '../features/readiness/index.js';
import { ReportsModule } from '../features/reports/index.js';
import { ResolutionModule, type ResolutionOptions } from '../features/resolution/index.js';
import { VersionsModule } from '../features/versions/index.js';
import { parsePullLimit } from '../domain/placement/pull-limit.js';
import type { Config } from '../platform/config/index.js';
import { DatabaseModule } from '../platform/database/database.module.js';
import { QueueModule } from '../platform/queue/index.js';
import { SecretsModule, type SecretsOptions } from '../platform/secrets/index.js';
import { foldersOfThisProcess } from '../stores/folders.js';
import { storeOptions } from './store-options.js';

/** Every kind of job there is. */
const JOBS = [...CHECK_JOBS, ...NODE_JOBS, ...PIN_JOBS];

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
    NodesApiModule.forRoot(databaseUrl),
    HealthModule,
  ]);
}

/** What the worker process is made of. */
export function workerModule(config: Config): DynamicModule {
  return root([...shared(config), WorkerHealthModule]);
}

function secretsOptions({ secrets, ownVariables }: Config): SecretsOptions {
  const { environment, fileRoots, kubernetes, kubeconfig } = secrets;
  const ways = { off: null, 'in-cluster': { inCluster: true }, kubeconfig: { inCluster: false, kubeconfig } } as const;
  const variables = { allowed: environment, own: ownVariables };
  return { variables, fileRoots, folders: foldersOfThisProcess(), kubernetes: ways[kubernetes] };
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

function nodeOptions({ nodeLeaseSeconds, nodeForgetSeconds, pullsPerPool }: Config): NodeOptions {
  return new NodeOptions(nodeLeaseSeconds, nodeForgetSeconds, parsePullLimit(pullsPerPool) ?? { percent: 50 });
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
    NodesModule.forRoot(nodeOptions(config)),
    PinsModule.forRoot(new PinSettings(config.pins, config.pinIntervalSeconds)),
  ];
}

function root(imports: NonNullable<DynamicModule['imports']>): DynamicModule {
  return { module: RootModule, imports };
}
