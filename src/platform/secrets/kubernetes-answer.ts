import { credentialIn } from '../../domain/credentials.js';

const MOST_SAID = 300;

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

/** What a Status object (Kubernetes API, meta/v1) says of a refusal; null where the text is no Status. */
export function statusIn(body: Buffer): { reason: string; message: string } | null {
  const status = objectIn(body);
  if (status?.['kind'] !== 'Status') return null;
  const { reason, message } = status;
  return { reason: text(reason), message: text(message) };
}

function text(value: unknown): string {
  return typeof value === 'string' && credentialIn(value) === null ? value.slice(0, MOST_SAID) : '';
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
