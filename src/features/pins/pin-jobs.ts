import { defineJob } from '../../platform/queue/index.js';
import { ASKED, type VersionKey } from '../checks/index.js';

/**
 * Which pins are to be looked at: of one model's versions those that are not set, of one version all, all there are, or
 * those whose store did not answer.
 */
export type PinScope = { readonly modelId: number; readonly version?: number } | { readonly of: 'all' | 'unreachable' };

/** Sets, repairs and releases pins. */
export const PINS_RECONCILE = defineJob<PinScope>('pins.reconcile', { lane: 'bulk' });

/** Every kind of job that pins need. */
export const PIN_JOBS = [PINS_RECONCILE];

// Before sweeps: what was just moved is what somebody may need next.
const AFTER_A_MOVE = 10;

/** The pins of one model's versions, soon. Of several that wait, one runs. */
export const pinsOfModel = (modelId: number): ReturnType<typeof PINS_RECONCILE.with> =>
  PINS_RECONCILE.with({ modelId }, { subject: `model-${modelId}`, priority: AFTER_A_MOVE });

/** All pins of one version, because somebody asked. */
export const pinsOfVersion = ({ modelId, version }: VersionKey): ReturnType<typeof PINS_RECONCILE.with> =>
  PINS_RECONCILE.with({ modelId, version }, { subject: `version-${modelId}-${version}`, priority: ASKED });

/** All pins, or those whose store did not answer. Of several that wait, one runs. */
export const pinsOf = (of: 'all' | 'unreachable'): ReturnType<typeof PINS_RECONCILE.with> =>
  PINS_RECONCILE.with({ of }, { subject: of });
