import { absence } from './listing.js';
import type { PinTrouble } from './pinner.js';
import type { StoreError } from './store-error.js';

/** A request on the way to a pin that failed, and the permission that it takes. */
export class PinRequestFailed extends Error {
  override readonly name = 'PinRequestFailed';

  constructor(
    readonly failure: StoreError,
    readonly permission: string,
  ) {
    super(failure.message);
  }
}

/** What an error says about the pin of `place`. A permission is named only where one is missing. Surprises are thrown on. */
export function pinTrouble(error: unknown, place: string): PinTrouble {
  if (!(error instanceof PinRequestFailed)) return absence(error, place);
  const trouble = absence(error.failure, place);
  if (trouble.state !== 'forbidden') return trouble;
  const { permission } = error;
  const said = trouble.evidence.includes(permission) ? '' : ` (it takes ${permission})`;
  return { ...trouble, evidence: `${trouble.evidence}${said}`, permission };
}
