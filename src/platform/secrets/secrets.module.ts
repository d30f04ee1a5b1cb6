import { Module, type DynamicModule } from '@nestjs/common';
import { EnvironmentSecrets, type VariableRules } from './environment-secrets.js';
import { FileSecrets } from './file-secrets.js';
import type { KubernetesOptions } from './kubernetes-access.js';
import { KubernetesSecrets } from './kubernetes-secrets.js';
import type { SecretFolders } from './secret-folders.js';
import { SecretResolver } from './secret-resolver.js';

/** Which places this process looks for secrets in. */
export interface SecretsOptions {
  /** Which of its own variables. */
  readonly variables: VariableRules;
  /** Folders that `file://` references may lead into; none: they are not looked at. */
  readonly fileRoots: readonly string[];
  /** How those folders are asked. */
  readonly folders: SecretFolders;
  /** Null: `k8s://` references are not looked at. */
  readonly kubernetes: KubernetesOptions | null;
}

/** The one {@link SecretResolver} of a process. */
@Module({})
export class SecretsModule {
  static forRoot(options: SecretsOptions): DynamicModule {
    return {
      module: SecretsModule,
      global: true,
      providers: [{ provide: SecretResolver, useFactory: () => secretResolver(options) }],
      exports: [SecretResolver],
    };
  }
}

/** A resolver over the environment of this process and the places that are configured. */
export function secretResolver({ variables, fileRoots, folders, kubernetes }: SecretsOptions): SecretResolver {
  return new SecretResolver({
    env: new EnvironmentSecrets(variables),
    file:
      fileRoots.length > 0
        ? new FileSecrets(fileRoots, folders)
        : 'no folder is allowed: set LASTGOOD_SECRET_FILE_ROOTS',
    k8s: kubernetes
      ? new KubernetesSecrets(kubernetes)
      : 'Kubernetes is not asked: set LASTGOOD_SECRET_KUBERNETES to in-cluster or kubeconfig',
  });
}
