import { access } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';

/** How to reach Kubernetes: as the pod's own service account, or as a kubeconfig file says. */
export type KubernetesOptions =
  | {
      readonly inCluster: true;
      /** Stands before the folder where Kubernetes mounts the account's token; nothing in a real pod. */
      readonly root?: string;
    }
  | { readonly inCluster: false; readonly kubeconfig: string };

/** Who to ask, with certificates and credentials for node:https. */
export interface KubernetesEndpoint {
  readonly server: URL;
  readonly options: RequestOptions;
}

/** Credentials for the Kubernetes API. They are read when first asked for, and again after {@link forget}. */
export class KubernetesAccess {
  private config: KubeConfig | null = null;

  constructor(private readonly how: KubernetesOptions) {}

  /** The endpoint of this moment, or what is wrong with the configuration. Reads no more of errors than that they were. */
  async endpoint(): Promise<KubernetesEndpoint | string> {
    const problem = await this.obstacle();
    if (problem !== null) return problem;
    try {
      this.config ??= await this.load();
      const server = this.config.getCurrentCluster()?.server ?? '';
      if (!URL.canParse(server)) return `${this.source} names no cluster for its current context`;
      const url = new URL(server);
      if (url.protocol !== 'https:') return `${this.source} names ${url.host} without TLS: only https is asked`;
      const options: RequestOptions = { headers: {} };
      await this.config.applyToHTTPSOptions(options);
      return { server: url, options };
    } catch {
      // A parser's message shows the line that it stopped at, and a credential helper's what it printed.
      this.forget();
      return `${this.source} cannot be used: check it with kubectl, as the user that the worker runs as`;
    }
  }

  /** Reads the configuration anew next time: what was in use is no longer accepted. */
  forget(): void {
    this.config = null;
  }

  private get source(): string {
    return this.how.inCluster ? "the pod's service account" : `the kubeconfig ${this.how.kubeconfig}`;
  }

  private async obstacle(): Promise<string | null> {
    if (this.how.inCluster) {
      if (process.env['KUBERNETES_SERVICE_HOST']) return null;
      return 'this is no pod: set LASTGOOD_SECRET_KUBERNETES=kubeconfig, or run the worker in the cluster';
    }
    const { kubeconfig } = this.how;
    return access(kubeconfig).then(
      () => null,
      () => `the kubeconfig ${kubeconfig} cannot be read: set LASTGOOD_SECRET_KUBECONFIG to one that can`,
    );
  }

  // Half a second and fifty megabytes: loaded when a reference needs it, not when the process starts.
  private async load(): Promise<KubeConfig> {
    const library = await import('@kubernetes/client-node');
    const config = new library.KubeConfig();
    if (this.how.inCluster) config.loadFromCluster(this.how.root);
    else config.loadFromFile(this.how.kubeconfig);
    return config;
  }
}
