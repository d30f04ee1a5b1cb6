import { defineJob } from '../../platform/queue/index.js';

/** Sets, repairs and releases pins: those of one model's versions, or, without a model, all of them. */
export const PINS_RECONCILE = defineJob<{ modelId: number | null }>('pins.reconcile', { lane: 'bulk' });

/** Every kind of job that pins need. */
export const PIN_JOBS = [PINS_RECONCILE];

// Before sweeps: what was just moved is what somebody may need next.
const AFTER_A_MOVE = 10;

/** The pins of one model's versions, soon. Of several that wait, one runs. */
export const pinsOfModel = (modelId: number): ReturnType<typeof PINS_RECONCILE.with> =>
  PINS_RECONCILE.with({ modelId }, { subject: `model-${modelId}`, priority: AFTER_A_MOVE });

/** All pins. Of several that wait, one runs. */
export const allPins = (): ReturnType<typeof PINS_RECONCILE.with> =>
  PINS_RECONCILE.with({ modelId: null }, { subject: 'all' });
