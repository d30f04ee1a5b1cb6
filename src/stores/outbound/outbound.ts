import { Agent as PlainAgent, type IncomingHttpHeaders } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';
import type { Asking } from '../artifact-store.js';
import { askedWait } from '../asked-wait.js';
import { EndpointTurns } from '../endpoint-turns.js';
import { AddressGuard } from './address-guard.js';
import { AllowedHosts } from './allowed-hosts.js';
import { checkedLookup, literalProblem, systemResolve, type Resolve } from './checked-lookup.js';
import { Countdown } from './countdown.js';
import { exchange, type OutboundMethod } from './exchange.js';
import { limitedBody } from './limited-body.js';
import { OutboundError } from './outbound-error.js';
import { OUTBOUND_LIMITS, type OutboundLimits } from './outbound-limits.js';
import { headersFor, isRedirect, redirectTarget } from './redirect.js';

export interface OutboundOptions {
  /** Hosts that may be asked, as `parseHostPattern` takes them. */
  readonly allowedHosts: readonly string[];
  /** The setting that names them, for whoever meets a host that is not among them. */
  readonly hostsSetting?: string;
  /** Networks in CIDR notation that may be asked although they are not public. */
  readonly allowedNetworks?: readonly string[];
  readonly limits?: Partial<OutboundLimits>;
  /** Certificate authorities trusted beside the usual ones, in PEM. */
  readonly ca?: string;
  readonly resolve?: Resolve;
  /** Whose turn it is at each host; left out, nobody waits. */
  readonly turns?: EndpointTurns;
}

export interface OutboundRequest extends Asking {
  readonly method: OutboundMethod;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** What a PUT carries: small, since it is held in memory. */
  readonly content?: Uint8Array;
  /** The most bytes that the body may have. */
  readonly maxBytes: number;
  /** From the request until the body's last byte, in milliseconds. Waiting for turns does not count. */
  readonly totalMs: number;
}

export interface OutboundResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The host that answered in the end, after all redirects. */
  readonly host: string;
  /** Until when that host is left alone, where the answer asks for it. */
  readonly retryAt?: Date;
  /** The bytes, ended with an OutboundError where a limit is passed. Read or destroy it. */
  readonly body: Readable;
}

/**
 * The one way out to hosts that users name. Only allowed hosts are asked; what they resolve to is checked, and the very
 * address that was checked is connected to; every redirect is checked again. Nothing is decompressed, nothing retried
 * but a kept connection gone stale, and all has its limits. A host that asks to be left alone is. It never uses a proxy: that would resolve names itself.
 */
export class Outbound {
  readonly limits: OutboundLimits;
  readonly hosts: AllowedHosts;
  readonly turns: EndpointTurns;
  readonly #guard: AddressGuard;
  readonly #agents: Readonly<Record<'http:' | 'https:', PlainAgent>>;

  /** Throws a TypeError for a host or network that is none. */
  constructor({
    allowedHosts,
    hostsSetting = 'the allowed hosts',
    allowedNetworks = [],
    limits,
    ca,
    resolve = systemResolve,
    turns,
  }: OutboundOptions) {
    this.limits = { ...OUTBOUND_LIMITS, ...limits };
    this.turns = turns ?? new EndpointTurns();
    this.hosts = new AllowedHosts(allowedHosts, hostsSetting);
    this.#guard = new AddressGuard(allowedNetworks);
    const kept = { keepAlive: true, autoSelectFamily: true, maxFreeSockets: 8, timeout: this.limits.idleMs };
    const trusted = ca === undefined ? {} : { ca: [...rootCertificates, ca] };
    this.#agents = {
      'http:': new PlainAgent({ ...kept, lookup: checkedLookup(resolve, this.#guard, 'http:') }),
      'https:': new SecureAgent({
        ...kept,
        ...trusted,
        rejectUnauthorized: true,
        lookup: checkedLookup(resolve, this.#guard, 'https:'),
      }),
    };
  }

  /** Why the URL will not be asked, as far as that shows without resolving its host; null when nothing speaks against it. */
  problem(url: URL): string | null {
    return this.hosts.problem(url) ?? literalProblem(this.#guard, url);
  }

  /**
   * Asks, following redirects of what only reads: what changes something is for the host that was named, and for no
   * other that it points to. Any status is an answer. Rejects with an OutboundError, or with the reason of the
   * signal when that is aborted.
   */
  async request(asked: OutboundRequest): Promise<OutboundResponse> {
    const over = new AbortController();
    const clock = new Countdown(asked.totalMs, () => {
      over.abort(new OutboundError('unreachable', `${asked.url.host} took longer than ${asked.totalMs} ms in all`));
    });
    try {
      const signal = asked.signal ? AbortSignal.any([asked.signal, over.signal]) : over.signal;
      return await this.#follow(asked, signal, clock);
    } catch (error) {
      clock.stop();
      throw error;
    }
  }

  /** Ends kept connections. */
  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  async #follow(asked: OutboundRequest, signal: AbortSignal, clock: Countdown): Promise<OutboundResponse> {
    const { method, content, maxBytes, urgent, pressing } = asked;
    const done = (): void => clock.stop();
    const { idleMs, redirects } = this.limits;
    let headers: Readonly<Record<string, string>> = { 'accept-encoding': 'identity', ...asked.headers };
    for (let url = asked.url, hops = 0; ; hops++) {
      const problem = this.problem(url);
      const way = hops === 0 ? '' : `${asked.url.host} redirects on: `;
      if (problem !== null) throw new OutboundError('not-allowed', way + problem);
      const agent = this.#agents[url.protocol === 'https:' ? 'https:' : 'http:'];
      const carried = content === undefined ? {} : { content };
      const hop = { method, url, headers, ...carried, agent, limits: this.limits, signal };
      // A turn ends with the head of the answer: whoever forgets to read a body must not stand in everybody's way.
      const turns = this.turns.host(url.host);
      const { response, retryAt } = await turns.asking({ signal, urgent, pressing }, async () => {
        clock.start();
        const answer = await exchange(hop);
        // Noted for the very host that answered: whoever redirects to another one speaks for itself alone.
        const wait = askedWait(answer.statusCode ?? 0, answer.headers);
        return { response: answer, retryAt: wait === null ? undefined : turns.patience.asked(wait) };
      });
      if (!isRedirect(response)) {
        const body = limitedBody(response, { host: url.host, idleMs, maxBytes, signal, done });
        // Nothing to read: let the connection go back to its pool.
        if (method === 'HEAD') body.on('error', () => undefined).resume();
        const { statusCode: status = 0, headers: told } = response;
        return { status, headers: told, host: url.host, body, ...(retryAt === undefined ? {} : { retryAt }) };
      }
      response.on('error', () => undefined).destroy();
      clock.stop();
      if (method !== 'GET' && method !== 'HEAD') {
        const to = redirectTarget(url, response).host;
        throw new OutboundError('not-allowed', `${url.host} redirects a ${method} to ${to}, which is not followed`);
      }
      if (hops === redirects) {
        throw new OutboundError('not-allowed', `${asked.url.host} redirects more than ${redirects} times`);
      }
      const next = redirectTarget(url, response);
      headers = headersFor(next, url, headers);
      url = next;
    }
  }
}
