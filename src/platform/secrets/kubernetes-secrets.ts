import type { SecretPlace } from '../../domain/secret-place.js';
import { codeOf } from './error-code.js';
import { KubernetesAccess, type KubernetesOptions } from './kubernetes-access.js';
import { keyNamesIn, statusIn } from './kubernetes-answer.js';
import { limitedGet, type Answer } from './limited-get.js';
import type { SecretAnswer, SecretProvider } from './secret-provider.js';

type Place = Extract<SecretPlace, { provider: 'k8s' }>;

// A Secret holds 1 MiB at most; as base64, with a copy of itself in an annotation of `kubectl apply`, some 3 MiB.
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * `k8s://namespace/name#key`: Secrets of a cluster. Needs the right to `get` them; the API has no way to ask for the names
 * of the keys alone, so the values come along, are not looked at, and are dropped.
 */
export class KubernetesSecrets implements SecretProvider<Place> {
  private readonly access: KubernetesAccess;

  constructor(options: KubernetesOptions) {
    this.access = new KubernetesAccess(options);
  }

  async look(place: Place, signal: AbortSignal): Promise<SecretAnswer> {
    const endpoint = await this.access.endpoint();
    if (typeof endpoint === 'string') return { state: 'unsupported', said: endpoint };
    const { server, options } = endpoint;
    const base = server.href.replace(/\/+$/, '');
    const url = new URL(`${base}/api/v1/namespaces/${place.namespace}/secrets/${place.name}`);
    try {
      return this.read(place, await limitedGet(url, options, MOST_BYTES, signal));
    } catch (error) {
      this.access.forget();
      return unreachable(`${server.host} did not answer as it should (${codeOf(error) ?? 'no code'})`);
    }
  }

  private read({ namespace, name, key }: Place, { status, body }: Answer): SecretAnswer {
    if (status === 200) {
      const keys = keyNamesIn(body);
      if (keys === null) return unreachable('the answer is no Secret: does the address lead to the Kubernetes API?');
      if (keys.includes(key)) return { state: 'present' };
      return { state: 'missing', missing: 'key', said: `the secret ${name} in ${namespace} has no key ${key}` };
    }
    // A refusal that is no Status comes from something between: it says nothing about the secret.
    const refusal = statusIn(body);
    if (refusal && status === 404 && refusal.reason === 'NotFound') {
      return { state: 'missing', missing: 'secret', said: `there is no secret ${name} in ${namespace}` };
    }
    if (refusal && status === 403) {
      const who = refusal.user === null ? 'Kubernetes refuses' : `Kubernetes refuses ${refusal.user}`;
      return { state: 'forbidden', said: `${who}: allow get on secrets/${name} in ${namespace}` };
    }
    if (status === 401) {
      this.access.forget();
      return { state: 'forbidden', said: 'Kubernetes does not accept the credentials: renew them' };
    }
    return unreachable(`Kubernetes answered ${status}`);
  }
}

function unreachable(said: string): SecretAnswer {
  return { state: 'unreachable', said };
}
