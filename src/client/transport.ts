import { jsonOf, refusalOf } from './answer.js';
import { backOffMs, sleep, type BackOff } from './back-off.js';
import { Deadline } from './deadline.js';
import { LastgoodUnreachable } from './errors.js';
import { networkTrouble, neverArrived } from './network-trouble.js';
import { baseHeaders } from './request-headers.js';

export interface TransportOptions {
  url: string;
  token?: string;
  actor?: string;
  /** Milliseconds for one try, 10,000 unless told. */
  timeoutMs?: number;
  /** How often a call that may be repeated is tried again, 2 unless told. */
  retries?: number;
  backOff?: BackOff;
}

export type Query = Record<string, string | number | string[] | undefined>;

export interface Call {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Query;
  headers?: Record<string, string>;
  json?: unknown;
  /** Bytes to send as they come. Such a call is never repeated: the bytes are gone. */
  bytes?: AsyncIterable<Uint8Array>;
  signal?: AbortSignal;
  /** Milliseconds for one try; Infinity waits as long as the connection lives. */
  timeoutMs?: number;
  /** Statuses beside 2xx that are answers to this call rather than errors, such as 304. */
  expected?: number[];
  /** True where doing it twice does it once. Otherwise only a request that never arrived is sent again. */
  repeatable?: boolean;
  /** How often this call may be repeated, where not as often as the transport's other calls. */
  retries?: number;
}

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

const RETRY_STATUS = [502, 503, 504];

/** HTTP to one registry: address, identity, time limits, and repeats where they do no harm. */
export class Transport {
  private readonly base: string;
  private readonly headers: Record<string, string>;
  private readonly timeoutMs: number;
  private readonly retries: number;
  private readonly backOff: BackOff;

  constructor(options: TransportOptions) {
    this.base = baseUrl(options.url);
    this.headers = baseHeaders(options);
    this.timeoutMs = options.timeoutMs ?? 10_000;
    this.retries = options.retries ?? 2;
    this.backOff = options.backOff ?? { baseMs: 200, capMs: 2_000 };
  }

  /** Sends a call and reads its JSON answer. Throws `LastgoodError`, `LastgoodUnreachable`, or the signal's reason. */
  json<T>(call: Call): Promise<Answer<T>> {
    return this.repeating(call, async (response) => {
      const body = await jsonOf<T>(response, this.urlOf(call));
      return { status: response.status, headers: response.headers, body };
    });
  }

  /** Sends a call whose answer has no body worth reading. Throws as `json` does. */
  head(call: Call): Promise<Answer<undefined>> {
    return this.repeating(call, async ({ status, headers, body }) => {
      await body?.cancel();
      return { status, headers, body: undefined };
    });
  }

  /**
   * Sends a call once and hands over the answer with its body unread, to be read under the same deadline.
   * The caller touches the deadline while bytes come, and clears it. Throws as `json` does.
   */
  async stream(call: Omit<Call, 'signal' | 'timeoutMs' | 'repeatable'>, deadline: Deadline): Promise<Response> {
    const url = this.urlOf(call);
    try {
      const response = await fetch(url, this.requestOf(call, deadline.signal));
      if (!response.ok && !call.expected?.includes(response.status)) throw await refusalOf(response, url);
      return response;
    } catch (error) {
      throw deadline.cancelled ? deadline.signal.reason : networkTrouble(error, url);
    }
  }

  private async repeating<T>(call: Call, read: (response: Response) => Promise<T>): Promise<T> {
    for (let failures = 0; ; failures += 1) {
      try {
        return await this.once(call, read);
      } catch (error) {
        const again = failures < (call.retries ?? this.retries) && call.bytes === undefined && mayRepeat(call, error);
        if (!again || call.signal?.aborted) throw error;
      }
      await sleep(backOffMs(failures, this.backOff), call.signal);
    }
  }

  private async once<T>(call: Call, read: (response: Response) => Promise<T>): Promise<T> {
    const deadline = new Deadline(call.timeoutMs ?? this.timeoutMs, call.signal);
    try {
      return await read(await this.stream(call, deadline));
    } catch (error) {
      throw deadline.cancelled ? deadline.signal.reason : networkTrouble(error, this.urlOf(call));
    } finally {
      deadline.clear();
    }
  }

  private requestOf(call: Call, signal: AbortSignal): RequestInit {
    const headers = { accept: 'application/json, application/problem+json', ...this.headers, ...call.headers };
    const common = { method: call.method, signal, redirect: 'manual' as const };
    if (call.bytes) return { ...common, headers, body: call.bytes, duplex: 'half' };
    if (call.json === undefined) return { ...common, headers };
    return { ...common, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(call.json) };
  }

  private urlOf({ path, query = {} }: Call): string {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      for (const one of [value ?? []].flat()) parameters.append(name, String(one));
    }
    return `${this.base}${path}${parameters.size > 0 ? `?${parameters.toString()}` : ''}`;
  }
}

function mayRepeat(call: Call, error: unknown): boolean {
  if (neverArrived(error)) return true;
  if (!call.repeatable) return false;
  if (error instanceof LastgoodUnreachable) return true;
  return (
    typeof error === 'object' && error !== null && 'status' in error && RETRY_STATUS.includes(Number(error.status))
  );
}

function baseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(
      `url must be the registry's address, such as http://127.0.0.1:7420, not ${JSON.stringify(text)}`,
    );
  }
  return url.href.replace(/[?#].*$/, '').replace(/\/+$/, '');
}
