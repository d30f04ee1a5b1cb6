import { answered } from './answered.js';
import type { Asking } from './artifact-store.js';
import { authorizationOf, type HostCredential, type HostCredentials } from './host-credentials.js';
import { parseChallenge, type OciChallenge } from './oci-challenge.js';
import { smallText } from './oci-answer.js';
import type { OciReference } from './oci-reference.js';
import type { Outbound } from './outbound/outbound.js';
import { StoreError } from './store-error.js';

interface Known {
  readonly authorization: string;
  /** By `Date.now()`. */
  readonly since: number;
  readonly until: number;
}

/** What is wanted of a registry; each takes a permission of its own. */
export type OciAccess = 'pull' | 'push' | 'delete';

// The actions of a scope where the registry's challenge names none (token specification, "Requesting a Token").
const ACTIONS: Readonly<Record<OciAccess, string>> = { pull: 'pull', push: 'pull,push', delete: 'pull,push,delete' };

const MOST_KNOWN = 1_000;
const MOST_TOKEN_BYTES = 1024 * 1024;
// The token specification's default, and what is taken off so that no token ends on its way.
const USUAL_SECONDS = 60;
const EARLY_SECONDS = 10;
// A token tells what its owner might do when it was made.
const NEW_FOR_MS = 10_000;

/** What a registry was asked, and for what. */
interface Asked extends Asking {
  readonly at: OciReference;
  readonly access: OciAccess;
  readonly uri: string;
  /** The registry's own address, which answered with the challenge. */
  readonly from: URL;
}

/**
 * Tells registries who asks: with the configured user and password, or with tokens that their token servers give for
 * it (distribution project, "Token Authentication Specification"). Keeps tokens until shortly before they end.
 */
export class OciAuthorizer {
  readonly #known = new Map<string, Known>();

  constructor(
    private readonly outbound: Outbound,
    private readonly credentials: HostCredentials,
  ) {}

  /** The Authorization header that worked last time, or undefined. */
  known(at: OciReference, access: OciAccess): string | undefined {
    const known = this.#known.get(keyOf(at, access));
    return known !== undefined && known.until > Date.now() ? known.authorization : undefined;
  }

  /** Whether that came of a token some while ago: what is refused to it may be allowed to a new one. */
  isOld(at: OciReference, access: OciAccess): boolean {
    const known = this.#known.get(keyOf(at, access));
    return known !== undefined && known.until !== Infinity && Date.now() - known.since > NEW_FOR_MS;
  }

  forget(at: OciReference, access: OciAccess): void {
    this.#known.delete(keyOf(at, access));
  }

  /** Whether there are credentials for the registry. */
  has(at: OciReference): boolean {
    return this.credentials[at.registry] !== undefined;
  }

  /**
   * The Authorization header that meets a registry's challenge, or null when there is none. Throws a StoreError when
   * the token server would not give a token, and an OutboundError when it may not or cannot be asked.
   */
  async meet(header: string | undefined, asked: Asked): Promise<string | null> {
    const { at, access } = asked;
    const challenge = parseChallenge(header);
    const credential = this.credentials[at.registry];
    if (challenge === null) return null;
    if (challenge.scheme === 'basic' || (credential !== undefined && 'token' in credential)) {
      const fits = credential !== undefined && 'token' in credential === (challenge.scheme === 'bearer');
      return fits ? this.#keep(keyOf(at, access), authorizationOf(credential), Infinity) : null;
    }
    const { token, seconds } = await this.#fetchToken(challenge, asked, credential);
    return this.#keep(keyOf(at, access), `Bearer ${token}`, Date.now() + (seconds - EARLY_SECONDS) * 1_000);
  }

  #keep(key: string, authorization: string, until: number): string {
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(key, { authorization, since: Date.now(), until });
    return authorization;
  }

  async #fetchToken(
    challenge: OciChallenge & { scheme: 'bearer' },
    { at, access, uri, from, signal, urgent, pressing }: Asked,
    credential: HostCredential | undefined,
  ): Promise<{ token: string; seconds: number }> {
    const url = realmOf(challenge.realm);
    if (url === null)
      throw new StoreError('unreachable', uri, `${at.registry} names no token server that can be asked`);
    // What was asked with TLS is not answered by sending a password without.
    if (from.protocol === 'https:' && url.protocol !== 'https:') {
      const text = `${at.registry} names the token server ${url.host} without TLS, which is not asked`;
      throw new StoreError('forbidden', uri, text);
    }
    if (challenge.service !== undefined) url.searchParams.set('service', challenge.service);
    url.searchParams.set('scope', challenge.scope ?? `repository:${at.repository}:${ACTIONS[access]}`);
    const response = await this.outbound.request({
      method: 'GET',
      url,
      headers: credential === undefined ? {} : { authorization: authorizationOf(credential) },
      maxBytes: MOST_TOKEN_BYTES,
      totalMs: this.outbound.limits.lookMs,
      signal,
      urgent,
      pressing,
    });
    const asked = `the token server ${response.host}, asked for ${at.registry}/${at.repository},`;
    const text = await smallText(response.body, MOST_TOKEN_BYTES);
    if (response.status !== 200) throw noToken(answered(uri, asked, response, credentialHint(credential, at)));
    const token = tokenIn(text);
    if (token === null) throw new StoreError('unreachable', uri, `${asked} answered 200 without a token`);
    return token;
  }
}

// A token server that knows no such address says nothing of what is in the registry.
function noToken(error: StoreError): StoreError {
  return error.code === 'forbidden' ? error : new StoreError('unreachable', error.uri, error.evidence, error.retryAt);
}

/** What to do where a registry refused access. */
export function credentialHint(credential: unknown, at: OciReference): string {
  return credential === undefined
    ? `(no credentials are configured for ${at.registry})`
    : `(with the credentials configured for ${at.registry})`;
}

function keyOf({ registry, repository }: OciReference, access: OciAccess): string {
  return `${access} ${registry}/${repository}`;
}

function realmOf(realm: string): URL | null {
  return /^https?:\/\//i.test(realm) && URL.canParse(realm) ? new URL(realm) : null;
}

function tokenIn(text: string): { token: string; seconds: number } | null {
  let json: { token?: unknown; access_token?: unknown; expires_in?: unknown } | null;
  try {
    json = JSON.parse(text) as typeof json;
  } catch {
    return null;
  }
  const token = json?.token ?? json?.access_token;
  const seconds = json?.expires_in;
  // A token goes into a header: only what may stand there (RFC 6750, section 2.1).
  if (typeof token !== 'string' || !/^[\w.~+/-]+=*$/.test(token)) return null;
  return { token, seconds: typeof seconds === 'number' && seconds > 0 ? seconds : USUAL_SECONDS };
}
