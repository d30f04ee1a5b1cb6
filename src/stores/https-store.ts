import type { Readable } from 'node:stream';
import { answered, outboundFailure, turnedAway } from './answered.js';
import type {
  Asking,
  ListedObject,
  ObjectObservation,
  PresentObject,
  ReadableStore,
  ReadOptions,
} from './artifact-store.js';
import { askedPart, contentLength, contentRange, rangeHeader, type Part } from './asked-part.js';
import { etagMark, etagOf } from './etag-mark.js';
import { authorizationOf, type HostCredentials } from './host-credentials.js';
import { factsIn, isPlain } from './https-facts.js';
import { urlOfHttpsUri } from './https-uri.js';
import { absence, requirePrefix } from './listing.js';
import { Outbound, type OutboundOptions, type OutboundResponse } from './outbound/outbound.js';
import { checkRange } from './read-range.js';
import { shownUri } from './shown-uri.js';
import { changedSince, rangeOutside, StoreError } from './store-error.js';
import { StoreRefusal } from './store-refusal.js';
import { translated } from './translated-stream.js';

// What servers say to a HEAD that they do not know, or that a signature in the URL was not made for: only a GET tells.
const HEAD_REFUSED = new Set([400, 403, 404, 405, 410, 501]);

export interface HttpsStoreOptions extends OutboundOptions {
  readonly credentials?: HostCredentials;
}

/**
 * Artifacts on web servers, `https://host/path`; `http://` only where an allowed host says so and lies in an allowed
 * network. Only the allowed hosts are ever asked. Readable only.
 */
export class HttpsStore implements ReadableStore {
  readonly scheme = 'https';
  readonly #outbound: Outbound;
  readonly #credentials: HostCredentials;

  constructor(options: HttpsStoreOptions) {
    this.#outbound = new Outbound({ hostsSetting: 'LASTGOOD_HTTPS_ALLOWED_HOSTS', ...options });
    this.#credentials = options.credentials ?? {};
  }

  /** Whether any host is to be asked without TLS. */
  get servesPlainHttp(): boolean {
    return this.#outbound.hosts.plain;
  }

  async refuses(uri: string): Promise<StoreRefusal | null> {
    const url = this.#locate(uri);
    return url instanceof StoreRefusal ? url : null;
  }

  async stat(uri: string, options: Asking = {}): Promise<ObjectObservation> {
    options.signal?.throwIfAborted();
    try {
      return await this.#look(uri, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      return absence(outboundFailure(error, uri), uri);
    }
  }

  // A web server has no way to say what lies below an address.
  async *list(uri: string): AsyncGenerator<ListedObject> {
    requirePrefix(uri);
    yield* [];
    const refusal = await this.refuses(uri);
    throw new StoreError('unsupported', uri, refusal?.text ?? 'a web server does not list what lies below an address');
  }

  async read(uri: string, options: ReadOptions = {}): Promise<Readable> {
    const part = checkRange(options);
    const url = this.#locate(uri);
    if (url instanceof StoreRefusal) throw new StoreError('forbidden', uri, url.text);
    const turns = this.#outbound.turns.host(url.host);
    return turnedAway(
      uri,
      turns.reading(options, () => this.#open(uri, part, options)),
    );
  }

  /** Ends kept connections. */
  close(): void {
    this.#outbound.close();
  }

  async #open(uri: string, part: Part, options: ReadOptions): Promise<Readable> {
    const { signal } = options;
    const toError = (error: unknown): unknown => outboundFailure(error, uri);
    try {
      const response = await this.#ask('GET', uri, this.#outbound.limits.readMs, part, options);
      const problem = await this.#readProblem(uri, response, part, options);
      if (problem === null) return translated(askedPart(uri, `GET ${response.host}`, response, part), toError, signal);
      response.body.destroy();
      throw problem;
    } catch (error) {
      signal?.throwIfAborted();
      throw toError(error);
    }
  }

  async #readProblem(
    uri: string,
    response: OutboundResponse,
    { start }: Part,
    { ifMark, ...asking }: ReadOptions,
  ): Promise<StoreError | null> {
    const { status, headers } = response;
    const given = status === 200 || status === 206;
    const changed = (mark: string | undefined): StoreError | null =>
      ifMark === undefined || mark === ifMark ? null : changedSince(uri, ifMark, mark);
    if (given) {
      const plain = isPlain(headers) ? null : encoded(uri, `GET ${response.host}`, response);
      return changed(etagMark(headers.etag)) ?? plain;
    }
    if (status === 412 && ifMark !== undefined) return changedSince(uri, ifMark, undefined);
    if (status !== 416) return answered(uri, `GET ${response.host}`, response);
    // A range can lie outside because there are other bytes now.
    const now = ifMark === undefined ? null : changed((await this.#look(uri, asking)).mark);
    return now ?? rangeOutside(uri, start);
  }

  async #look(uri: string, asking: Asking): Promise<PresentObject> {
    const { lookMs } = this.#outbound.limits;
    const head = await this.#ask('HEAD', uri, lookMs, null, asking);
    if (head.status === 200) {
      const size = contentLength(head.headers['content-length']);
      if (size !== null && isPlain(head.headers)) return { state: 'present', size, ...factsIn(head.headers) };
    } else if (!HEAD_REFUSED.has(head.status)) throw answered(uri, `HEAD ${head.host}`, head);
    const first = await this.#ask('GET', uri, lookMs, { start: 0, end: 0 }, asking);
    first.body.destroy();
    return sized(uri, first);
  }

  async #ask(
    method: 'GET' | 'HEAD',
    uri: string,
    totalMs: number,
    part: Part | null,
    { signal, urgent, ifMark }: ReadOptions,
  ): Promise<OutboundResponse> {
    const url = this.#locate(uri);
    if (url instanceof StoreRefusal) throw new StoreError('forbidden', uri, url.text);
    const credential = this.#credentials[url.host];
    const etag = etagOf(ifMark);
    return this.#outbound.request({
      method,
      url,
      headers: {
        ...(part === null ? {} : rangeHeader(part)),
        ...(etag === undefined ? {} : { 'if-match': etag }),
        ...(credential === undefined ? {} : { authorization: authorizationOf(credential) }),
      },
      maxBytes: this.#outbound.limits.readBytes,
      totalMs,
      signal,
      urgent,
    });
  }

  #locate(uri: string): URL | StoreRefusal {
    const url = urlOfHttpsUri(uri);
    if (url instanceof StoreRefusal) return url;
    const problem = this.#outbound.problem(url);
    return problem === null ? url : new StoreRefusal('host-not-allowed', `${shownUri(uri)}: ${problem}`);
  }
}

/** The object as an answer to a request for its first byte shows it. */
function sized(uri: string, response: OutboundResponse): PresentObject {
  const { status, headers, host } = response;
  const asked = `GET ${host}`;
  if (status !== 200 && status !== 206 && status !== 416) throw answered(uri, asked, response);
  if (!isPlain(headers)) throw encoded(uri, asked, response);
  const size = {
    200: () => contentLength(headers['content-length']),
    206: () => contentRange(headers['content-range'])?.total ?? null,
    // An object without bytes has no first one.
    416: () => (headers['content-range'] === 'bytes */0' ? 0 : null),
  }[status]();
  if (size === null) throw new StoreError('unreachable', uri, `${asked} answered ${status} without a size`);
  return { state: 'present', size, ...(status === 416 ? {} : factsIn(headers)) };
}

function encoded(uri: string, asked: string, { status, headers }: OutboundResponse): StoreError {
  const how = /^[a-z, ]{1,40}$/i.exec(headers['content-encoding'] ?? '')?.[0] ?? 'in some way';
  const text = `${asked} answered ${status} with bytes encoded (${how}), which are not the object's own`;
  return new StoreError('unreachable', uri, text);
}
