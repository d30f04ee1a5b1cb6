import { CLIENT_VERSION } from './client-version.js';

/**
 * An actor's name as a header value: header values carry ASCII only, so everything else is percent-encoded,
 * and so is the percent sign itself.
 */
export function encodeActor(actor: string): string {
  return actor.trim().replace(/[^\x20-\x7e]+|%/gu, (text) => encodeURIComponent(text.toWellFormed()));
}

/** The headers that every request carries: who asks, with which right, from which library. */
export function baseHeaders(identity: { token?: string; actor?: string }): Record<string, string> {
  return {
    'user-agent': `lastgood-client/${CLIENT_VERSION}`,
    ...(identity.token ? { authorization: `Bearer ${identity.token}` } : {}),
    ...(identity.actor ? { 'lastgood-actor': encodeActor(identity.actor) } : {}),
  };
}
