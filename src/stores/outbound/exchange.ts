import { request as plainRequest, type Agent, type IncomingMessage } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Socket } from 'node:net';
import { brokenConnection, OutboundError } from './outbound-error.js';
import type { OutboundLimits } from './outbound-limits.js';

/** What may be asked. All of them may be sent twice with the effect of once (RFC 9110, section 9.2.2). */
export type OutboundMethod = 'GET' | 'HEAD' | 'PUT' | 'DELETE';

// As many as an agent keeps free, and one more.
const MOST_STALE = 9;

/** One request to one host, nothing followed. */
export interface Exchange {
  readonly method: OutboundMethod;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly content?: Uint8Array;
  readonly agent: Agent;
  readonly limits: OutboundLimits;
  readonly signal: AbortSignal;
}

/**
 * Sends the request and answers the head of what came; the body is still to be read.
 * Rejects with an OutboundError, or with the reason of the signal.
 */
export async function exchange(asked: Exchange): Promise<IncomingMessage> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(asked);
    } catch (error) {
      // The server closed a kept connection just when it was used again; a fresh one says how things really are.
      if (!(error instanceof StaleConnection)) throw error;
      if (tries === MOST_STALE) throw new OutboundError('unreachable', `${asked.url.host} keeps closing connections`);
    }
  }
}

class StaleConnection extends Error {}

function attempt({ method, url, headers, content, agent, limits, signal }: Exchange): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const send = url.protocol === 'https:' ? secureRequest : plainRequest;
    // Only parts of the parsed URL travel on, so that nobody downstream can read it differently.
    const target = { hostname: url.hostname.replace(/^\[|\]$/g, ''), port: url.port, path: url.pathname + url.search };
    // Said always: Node itself says nothing of the length of a body that a DELETE carries.
    const length = content === undefined ? {} : { 'content-length': String(content.byteLength) };
    const request = send({ ...target, protocol: url.protocol, method, headers: { ...headers, ...length }, agent });
    const giveUp = (text: string): void => {
      request.destroy(new OutboundError('unreachable', `${url.host} ${text}`));
    };
    const aborted = (): void => {
      request.destroy(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    let timer = setTimeout(() => giveUp(`took no connection within ${limits.connectMs} ms`), limits.connectMs);
    const connected = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => giveUp(`did not answer within ${limits.idleMs} ms`), limits.idleMs);
    };
    signal.addEventListener('abort', aborted, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
    };
    request.once('socket', (socket: Socket) => {
      if (socket.connecting) socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
      else connected();
    });
    request.once('response', (response) => {
      settle();
      resolve(response);
    });
    // Without a listener, the connection would end and nobody would be told.
    request.once('upgrade', (_response, socket) => {
      settle();
      reject(new OutboundError('unreachable', `${url.host} wants to speak another protocol`));
      socket.destroy();
    });
    // Whatever else ends it, the caller must not wait on.
    request.once('close', () => {
      settle();
      reject(new OutboundError('unreachable', `${url.host} ended the connection without an answer`));
    });
    request.once('error', (error) => {
      settle();
      if (signal.aborted) reject(signal.reason as Error);
      else if (request.reusedSocket && isReset(error)) reject(new StaleConnection());
      else reject(brokenConnection(error, url.host));
    });
    request.end(content);
  });
}

function isReset(error: Error): boolean {
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
