import { credentialInUri } from './credential-in-uri.js';
import { credentialIn } from './credentials.js';

/** A refused value as it may travel back in the answer, and from there into logs: without a credential anywhere in it. */
export function withoutCredentials(value: unknown): unknown {
  return textsIn(value).some((text) => credentialIn(text) !== null || credentialInUri(text) !== null)
    ? '(hidden)'
    : value;
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, entry]) => [name, ...textsIn(entry)]);
}
