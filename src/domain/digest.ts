import { createHash } from 'node:crypto';

/** What identifies bytes: `sha256:` and 64 lower-case hex digits (FIPS 180-4; the OCI image spec's digest form). */
export type Digest = `sha256:${string}`;

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** The value as a digest, or null when it is not exactly `sha256:` and 64 lower-case hex digits. */
export function parseDigest(value: unknown): Digest | null {
  return typeof value === 'string' && isDigest(value) ? value : null;
}

/** The 64 hex digits of a digest. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** The hex SHA-256 of the bytes; text is hashed as UTF-8. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The digest of the bytes; text is hashed as UTF-8. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${sha256Hex(bytes)}`;
}

function isDigest(value: string): value is Digest {
  return DIGEST.test(value);
}
