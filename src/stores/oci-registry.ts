import { answered } from './answered.js';
import type { Asking } from './artifact-store.js';
import { rangeHeader, type Part } from './asked-part.js';
import type { HostCredentials } from './host-credentials.js';
import { errorCodeIn, smallText } from './oci-answer.js';
import { credentialHint, OciAuthorizer } from './oci-authorizer.js';
import { MANIFEST_TYPES } from './oci-manifest.js';
import { apiHostOf, type OciReference } from './oci-reference.js';
import type { Outbound, OutboundResponse } from './outbound/outbound.js';
import { StoreError } from './store-error.js';

/** One question to a registry about the thing that `at` names. */
export interface OciQuestion extends Asking {
  readonly at: OciReference;
  readonly kind: 'manifests' | 'blobs';
  /** What the answer is about, for errors. */
  readonly uri: string;
}

const MOST_ERROR_BYTES = 64 * 1024;

/** The OCI distribution API (specification 1.1) of all registries that may be asked: how to get things by digest. */
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

  async #ask(
    method: 'GET' | 'HEAD',
    question: OciQuestion,
    { part, ...limits }: { totalMs: number; maxBytes: number; part: Part },
  ): Promise<OutboundResponse> {
    const { at, kind, uri, signal } = question;
    const url = this.#urlOf(question);
    const send = (authorization: string | undefined): Promise<OutboundResponse> => {
      const headers = {
        ...(kind === 'manifests' ? { accept: MANIFEST_TYPES.join(', ') } : {}),
        ...rangeHeader(part),
        ...(authorization === undefined ? {} : { authorization }),
      };
      return this.outbound.request({ method, url, headers, ...limits, ...(signal === undefined ? {} : { signal }) });
    };
    let response = await send(this.#authorizer.known(at));
    let said = await errorText(response);
    if (response.status === 401) {
      this.#authorizer.forget(at);
      const authorization = await this.#authorizer.meet(response.headers['www-authenticate'], at, uri, signal);
      if (authorization !== null) {
        response = await send(authorization);
        said = await errorText(response);
      }
    }
    if (isGood(response)) return response;
    if (response.status === 401) this.#authorizer.forget(at);
    const refused = response.status === 401 || response.status === 403;
    const hint = refused ? credentialHint(this.#authorizer.has(at) ? true : undefined, at) : '';
    throw answered(uri, askedOf(method, question), response, `${errorCodeIn(said)} ${hint}`.trim());
  }

  #urlOf({ at, kind, uri }: OciQuestion): URL {
    const origin = this.outbound.hosts.originOf(apiHostOf(at.registry));
    if (origin === null) throw new StoreError('forbidden', uri, `${at.registry} is not a host`);
    return new URL(`/v2/${at.repository}/${kind}/${at.digest}`, origin.href);
  }
}

function isGood({ status }: OutboundResponse): boolean {
  return status === 200 || status === 206;
}

/** What a registry says of an error; the body of any other answer is left for its reader. */
async function errorText(response: OutboundResponse): Promise<string> {
  return isGood(response) ? '' : smallText(response.body, MOST_ERROR_BYTES).catch(() => '');
}

/** What was asked, for people. */
export function askedOf(method: 'GET' | 'HEAD', { at, kind }: OciQuestion): string {
  return `${method} ${apiHostOf(at.registry)}/v2/${at.repository}/${kind}/${at.digest}`;
}
