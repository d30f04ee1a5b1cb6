import { withoutCredentials } from '../../domain/without-credentials.js';

/** A refused value as it goes back to who sent it: enough to recognise it by, and neither a megabyte nor a secret. */
export function echoed(value: unknown): unknown {
  const safe = withoutCredentials(value);
  const text = JSON.stringify(safe) ?? '';
  return text.length <= 500 ? safe : `${text.slice(0, 200)}…`;
}
