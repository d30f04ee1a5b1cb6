import { createHash } from 'node:crypto';

// 96 bits: among a million places, two of one fingerprint are as good as impossible.
const FINGERPRINT = 16;

/** The places that a pin was seen to have. Keeps fingerprints alone, since there may be very many. */
export class SeenPlaces {
  readonly #fingerprints = new Set<string>();

  add(places: readonly string[]): void {
    for (const place of places) this.#fingerprints.add(fingerprint(place));
  }

  has(place: string): boolean {
    return this.#fingerprints.has(fingerprint(place));
  }
}

const fingerprint = (place: string): string =>
  createHash('sha256').update(place).digest('base64url').slice(0, FINGERPRINT);
