import { createCipheriv, createHash } from 'node:crypto';

/** So many bytes that look random and are the same for the same seed. No two stretches of them are alike. */
export function seededBytes(seed: string, size: number): Buffer {
  const key = createHash('sha256').update(seed).digest();
  // The key stream of AES in counter mode (NIST SP 800-38A, section 6.5) is what encrypting zeros gives.
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}
