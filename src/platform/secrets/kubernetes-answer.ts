import { credentialIn } from '../../domain/credentials.js';

// As the API server's authorizer words it: `User "system:serviceaccount:lastgood:worker" cannot get resource …`.
const USER = /\bUser "([\w:.@-]{1,253})" cannot get\b/;

/**
 * The names of the keys in a Secret (Kubernetes API, core/v1), or null where the text is no Secret. The values go no
 * further than this function.
 */
export function keyNamesIn(body: Buffer): readonly string[] | null {
  const secret = objectIn(body);
  if (secret?.['kind'] !== 'Secret') return null;
  const data = secret['data'] ?? {};
  return typeof data === 'object' && data !== null ? Object.keys(data) : null;
}

/**
 * What a Status object (Kubernetes API, meta/v1) says of a refusal; null where the text is no Status. Of its message, the
 * user that was refused and nothing else: whatever stands between us and the API may quote what it read.
 */
export function statusIn(body: Buffer): { reason: string; user: string | null } | null {
  const status = objectIn(body);
  if (status?.['kind'] !== 'Status') return null;
  const { reason, message } = status;
  const [, user] = USER.exec(typeof message === 'string' ? message : '') ?? [];
  const isPlain = user !== undefined && credentialIn(user) === null;
  return { reason: typeof reason === 'string' ? reason : '', user: isPlain ? user : null };
}

function objectIn(body: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : null;
  } catch {
    // Its message quotes the text.
    return null;
  }
}
