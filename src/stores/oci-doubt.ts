import type { Asking } from './artifact-store.js';
import type { OciReference } from './oci-reference.js';
import type { OciRegistry } from './oci-registry.js';
import { StoreError } from './store-error.js';

/** What was answered to be missing, and of whom it was asked. */
interface Doubtful extends Asking {
  readonly at: OciReference;
  readonly missing: StoreError;
  /** What it is called where whoever asked may have been told so for want of credentials: `missing`, if not given. */
  readonly unseen?: 'missing' | 'forbidden';
}

/**
 * The error for what was answered to be missing: the same, or `unreachable` where what says so is no registry. Costs a
 * request. Throws an OutboundError, and the reason of the signal.
 */
export async function sureOf(
  registry: OciRegistry,
  { at, missing, unseen = 'missing', ...asking }: Doubtful,
): Promise<StoreError> {
  const doubt = await registry.doubt(at, asking);
  if (doubt === null) return missing;
  const [code, why] =
    doubt === 'no-registry'
      ? (['unreachable', 'but nothing there answers as a registry does: what is at this address?'] as const)
      : ([unseen, 'some registries say so of what one may not see, and no credentials are configured'] as const);
  return new StoreError(code, missing.uri, `${missing.evidence}; ${why}`);
}
