import type { SecretPlace } from '../../domain/secret-place.js';

/**
 * Whether a reference leads to a secret. Never what the secret is: a value does not leave its provider, and neither do
 * the texts of errors, which can quote one. `said` is for people.
 */
export type SecretAnswer =
  | { readonly state: 'present' }
  /** `missing` says whether there is no secret at all, or one without the key. */
  | { readonly state: 'missing'; readonly missing: 'secret' | 'key'; readonly said: string }
  /** `unsupported`: asking makes no sense here, because of the reference or of the configuration. */
  | { readonly state: 'forbidden' | 'unreachable' | 'unsupported'; readonly said: string };

/** One kind of place where secrets lie. */
export interface SecretProvider<Place extends SecretPlace> {
  /**
   * Looks whether the secret is there. What it throws, and what comes after `signal` has fired, counts as unreachable.
   */
  look(place: Place, signal: AbortSignal): Promise<SecretAnswer>;
}

/** Every provider there can be; in the place of one that is not configured, how to configure it. */
export type SecretProviders = {
  readonly [P in SecretPlace['provider']]: SecretProvider<Extract<SecretPlace, { provider: P }>> | string;
};
