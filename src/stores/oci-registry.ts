import { answered } from './answered.js';
import type { Asking } from './artifact-store.js';
import { rangeHeader, type Part } from './asked-part.js';
import type { HostCredentials } from './host-credentials.js';
import { errorCodeIn, smallText } from './oci-answer.js';
import { credentialHint, OciAuthorizer, type OciAccess } from './oci-authorizer.js';
import { MANIFEST_TYPES } from './oci-manifest.js';
import { apiHostOf, type OciReference } from './oci-reference.js';
import type { Outbound, OutboundResponse } from './outbound/outbound.js';
import { OutboundError } from './outbound/outbound-error.js';
import { StoreError } from './store-error.js';

/** One question to a registry about the thing that `at` names. */
export interface OciQuestion extends Asking {
  readonly at: OciReference;
  readonly kind: 'manifests' | 'blobs';
  /** Asks for the manifest by this tag instead of the digest. */
  readonly tag?: string;
  /** What the answer is about, for errors. */
  readonly uri: string;
}

type Method = 'GET' | 'HEAD' | 'PUT' | 'DELETE';

const ACCESS: Readonly<Record<Method, OciAccess>> = { GET: 'pull', HEAD: 'pull', PUT: 'push', DELETE: 'delete' };
const MOST_ERROR_BYTES = 64 * 1024;

/** The OCI distribution API (specification 1.1) of all registries that may be asked: things by digest, and tags on them. */
export class OciRegistry {
  readonly #authorizer: OciAuthorizer;

  constructor(
    private readonly outbound: Outbound,
    credentials: HostCredentials,
  ) {
    this.#authorizer = new OciAuthorizer(outbound, credentials);
  }

  /** Why the registry will not be asked, as far as its name shows, or null. */
  problem(at: OciReference): string | null {
    const url = this.outbound.hosts.originOf(apiHostOf(at.registry));
    return url === null ? `${at.registry} is not a host` : this.outbound.problem(url);
  }

  /** Looks at something without fetching it. Any answer but 200 is thrown as a StoreError. */
  head(question: OciQuestion): Promise<OutboundResponse> {
    const { lookMs } = this.outbound.limits;
    return this.#ask('HEAD', question, { totalMs: lookMs, maxBytes: 0, part: { start: 0 } });
  }

  /** Fetches something small. More than `maxBytes` end the body with an OutboundError. */
  small(question: OciQuestion, maxBytes: number): Promise<OutboundResponse> {
    const { lookMs } = this.outbound.limits;
    return this.#ask('GET', question, { totalMs: lookMs, maxBytes, part: { start: 0 } });
  }

  /** Fetches something of any size, or a part of it; the answer's status is 200 or 206. */
  large(question: OciQuestion, part: Part): Promise<OutboundResponse> {
    const { readMs, readBytes } = this.outbound.limits;
    return this.#ask('GET', question, { totalMs: readMs, maxBytes: readBytes, part });
  }

  /** Puts a manifest under a tag. Throws a StoreError, `unsupported` where the registry does not take it. */
  async tag(question: OciQuestion & { tag: string }, content: Uint8Array, mediaType: string): Promise<void> {
    const { body } = await this.#ask('PUT', question, { ...this.#brief(), content, mediaType });
    await smallText(body, MOST_ERROR_BYTES);
  }

  /** Takes a tag away. Throws a StoreError, `unsupported` where the registry cannot do that. */
  async untag(question: OciQuestion & { tag: string }): Promise<void> {
    const { body } = await this.#ask('DELETE', question, this.#brief());
    await smallText(body, MOST_ERROR_BYTES);
  }

  /**
   * What speaks against believing that something is missing, or null: whatever answered 404 may be no registry but a
   * proxy that has lost it, and some registries answer so to whoever may not see it. Throws an OutboundError, and the
   * reason of the signal.
   */
  async doubt(at: OciReference, { signal, urgent }: Asking): Promise<'no-registry' | 'no-credentials' | null> {
    const origin = this.outbound.hosts.originOf(apiHostOf(at.registry));
    if (origin === null) return null;
    const { part: _part, ...limits } = this.#brief();
    // OCI distribution specification, "Determining Support": 200, or 401 where it wants to know who asks.
    const { status, body, host, retryAt } = await this.outbound.request({
      method: 'GET',
      url: new URL('/v2/', origin.href),
      ...limits,
      signal,
      urgent,
    });
    await smallText(body, MOST_ERROR_BYTES).catch(() => '');
    // Says nothing of what it is, so it takes no doubt away.
    if (retryAt !== undefined) throw new OutboundError('unreachable', `GET ${host} answered ${status}`, retryAt);
    if (status === 404 || status === 410 || status >= 500) return 'no-registry';
    return status === 401 && !this.#authorizer.has(at) ? 'no-credentials' : null;
  }

  #brief(): { totalMs: number; maxBytes: number; part: Part } {
    return { totalMs: this.outbound.limits.lookMs, maxBytes: MOST_ERROR_BYTES, part: { start: 0 } };
  }

  async #ask(
    method: Method,
    question: OciQuestion,
    { part, mediaType, ...limits }: Limits & { part: Part; mediaType?: string },
  ): Promise<OutboundResponse> {
    const { at, kind, uri, signal, urgent, pressing } = question;
    const url = this.#urlOf(question);
    const send = (authorization: string | undefined): Promise<OutboundResponse> => {
      const headers = {
        ...(kind === 'manifests' ? { accept: MANIFEST_TYPES.join(', ') } : {}),
        ...(mediaType === undefined ? {} : { 'content-type': mediaType }),
        ...rangeHeader(part),
        ...(authorization === undefined ? {} : { authorization }),
      };
      return this.outbound.request({ method, url, headers, ...limits, signal, urgent, pressing });
    };
    const access = ACCESS[method];
    let response = await send(this.#authorizer.known(at, access));
    let said = await errorText(response);
    if (isNoAccess(response) && response.host === url.host && this.#authorizer.isOld(at, access)) {
      this.#authorizer.forget(at, access);
      response = await send(undefined);
      said = await errorText(response);
    }
    // Who a redirect led to is not the registry: a challenge of theirs must not have its credentials sent anywhere.
    const refusedItself = response.status === 401 && response.host === url.host;
    if (refusedItself) {
      this.#authorizer.forget(at, access);
      const asked = { at, access, uri, from: url, signal, urgent, pressing };
      const authorization = await this.#authorizer.meet(response.headers['www-authenticate'], asked);
      if (authorization !== null) {
        response = await send(authorization);
        said = await errorText(response);
      }
    }
    if (isGood(response)) return response;
    if (response.status === 401 && response.host === url.host) this.#authorizer.forget(at, access);
    const asked = askedOf(method, question);
    const error = answered(uri, asked, response, `${errorCodeIn(said)} ${this.#hint(at, url, response)}`.trim());
    const changes = method === 'PUT' || method === 'DELETE';
    throw changes && isDeclined(response) ? new StoreError('unsupported', uri, error.evidence) : error;
  }

  // Another host than the registry gets no credentials, so they are not what it refused.
  #hint(at: OciReference, url: URL, { status, host }: OutboundResponse): string {
    if (host !== url.host) return `(by ${host}, where ${url.host} redirects to)`;
    return status === 401 || status === 403 ? credentialHint(this.#authorizer.has(at) ? true : undefined, at) : '';
  }

  #urlOf({ at, kind, tag, uri }: OciQuestion): URL {
    const origin = this.outbound.hosts.originOf(apiHostOf(at.registry));
    if (origin === null) throw new StoreError('forbidden', uri, `${at.registry} is not a host`);
    return new URL(`/v2/${at.repository}/${kind}/${tag ?? at.digest}`, origin.href);
  }
}

interface Limits {
  readonly totalMs: number;
  readonly maxBytes: number;
  readonly content?: Uint8Array;
}

// 200 and 206 to what reads; 201, 202 and 204 to what changes something.
function isGood({ status }: OutboundResponse): boolean {
  return [200, 201, 202, 204, 206].includes(status);
}

// Some registries say that it is not there to whoever may not see it.
function isNoAccess({ status }: OutboundResponse): boolean {
  return status === 403 || status === 404;
}

// The registry understood, and will not. What is a matter of access, of a missing thing or of time is none of that.
function isDeclined({ status }: OutboundResponse): boolean {
  return status >= 400 && status < 500 && ![401, 403, 404, 408, 429].includes(status);
}

/** What a registry says of an error; the body of any other answer is left for its reader. */
async function errorText(response: OutboundResponse): Promise<string> {
  return isGood(response) ? '' : smallText(response.body, MOST_ERROR_BYTES).catch(() => '');
}

/** What was asked, for people. */
export function askedOf(method: Method, { at, kind, tag }: OciQuestion): string {
  return `${method} ${apiHostOf(at.registry)}/v2/${at.repository}/${kind}/${tag ?? at.digest}`;
}
