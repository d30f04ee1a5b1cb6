import type { IncomingMessage } from 'node:http';
import { OutboundError } from './outbound-error.js';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
// What proves who we are. It was meant for the host we asked, not for one that it names.
const CREDENTIALS = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** Whether the answer lies elsewhere. */
export function isRedirect({ statusCode = 0 }: IncomingMessage): boolean {
  return REDIRECTS.has(statusCode);
}

/** Where a redirect leads. Throws an OutboundError where that is no way to go. */
export function redirectTarget(from: URL, { statusCode = 0, headers }: IncomingMessage): URL {
  const { location } = headers;
  if (location === undefined || !URL.canParse(location, from.href)) {
    throw new OutboundError('unreachable', `${from.host} answered ${statusCode} without saying where to`);
  }
  const to = new URL(location, from);
  to.hash = '';
  if (from.protocol === 'https:' && to.protocol !== 'https:') {
    throw new OutboundError('not-allowed', `${from.host} redirects to ${to.host} without TLS, which is not followed`);
  }
  return to;
}

/** The headers for the next hop: another origin gets no credentials. */
export function headersFor(
  to: URL,
  from: URL,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (to.origin === from.origin) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CREDENTIALS.has(name.toLowerCase())));
}
