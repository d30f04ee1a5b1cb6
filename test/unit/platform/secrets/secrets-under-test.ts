import type { SecretProvider } from '../../../../src/platform/secrets/secret-provider.js';
import { SecretResolver } from '../../../../src/platform/secrets/secret-resolver.js';
import type { KnownProvider } from '../../../../src/domain/secret-place.js';

/** One provider with real secrets behind it, as the contract wants it. */
export interface SecretsUnderTest {
  readonly resolver: SecretResolver;
  /** Puts a value there, and returns the reference to it. */
  plant(value: string): Promise<string>;
  /** A well-formed reference to where nothing is. */
  readonly nowhere: string;
  /** References of this provider that are malformed. */
  readonly malformed: readonly string[];
  /** Makes `reference` one that may not be read while `look` runs. */
  whileForbidden<T>(reference: string, look: () => Promise<T>): Promise<T>;
  /** Makes the place of all secrets unreachable while `look` runs. */
  whileUnreachable<T>(look: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A resolver with one provider; the others are not configured. */
export function resolverOf(name: KnownProvider, provider: SecretProvider<never>, lookMs?: number): SecretResolver {
  const off = 'is off in this test';
  return new SecretResolver({ env: off, file: off, k8s: off, [name]: provider }, lookMs);
}
