import {
  isKnownProvider,
  parseSecretPlace,
  providerOf,
  SECRET_FORMS,
  type SecretPlace,
} from '../../domain/secret-place.js';
import type { SecretAnswer, SecretProviders } from './secret-provider.js';

/** Milliseconds for one look. */
const LOOK_MS = 10_000;

/** Says whether secret references could be resolved. It holds no secret, and no answer holds one. */
export class SecretResolver {
  constructor(
    private readonly providers: SecretProviders,
    private readonly lookMs = LOOK_MS,
  ) {}

  /**
   * Looks whether there is a secret where `reference` leads, in ten seconds at most. Throws only the reason of `signal`.
   */
  async look(reference: string, signal: AbortSignal): Promise<SecretAnswer> {
    signal.throwIfAborted();
    const name = providerOf(reference);
    if (name === null) return unsupported('is no secret reference: write <provider>://<path>');
    if (!isKnownProvider(name)) {
      const known = Object.values(SECRET_FORMS).join(', ');
      return unsupported(`names the provider ${name}, which cannot be asked; those that can: ${known}`);
    }
    const place = parseSecretPlace(reference, name);
    return 'problem' in place ? unsupported(place.problem) : this.within(place, signal);
  }

  private async within(place: SecretPlace, signal: AbortSignal): Promise<SecretAnswer> {
    const stop = new AbortController();
    const abort = (): void => stop.abort();
    const stopped = new Promise<SecretAnswer>((resolve) => {
      const said = `gave no answer in ${this.lookMs / 1000} s`;
      stop.signal.addEventListener('abort', () => resolve({ state: 'unreachable', said }), { once: true });
    });
    const timer = setTimeout(abort, this.lookMs);
    signal.addEventListener('abort', abort, { once: true });
    try {
      // The text of an unforeseen error may quote what was read, so nothing of it is kept.
      const look = this.ask(place, stop.signal).catch((): SecretAnswer => ({
        state: 'unreachable',
        said: 'failed in a way that is not known',
      }));
      const answer = await Promise.race([look, stopped]);
      signal.throwIfAborted();
      return answer;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  }

  private async ask(place: SecretPlace, signal: AbortSignal): Promise<SecretAnswer> {
    const { env, file, k8s } = this.providers;
    if (place.provider === 'env') return typeof env === 'string' ? unsupported(env) : env.look(place, signal);
    if (place.provider === 'file') return typeof file === 'string' ? unsupported(file) : file.look(place, signal);
    return typeof k8s === 'string' ? unsupported(k8s) : k8s.look(place, signal);
  }
}

function unsupported(said: string): SecretAnswer {
  return { state: 'unsupported', said };
}
