import type { Schema } from './setting.js';

/** How often versions are checked, and how long what was seen is kept. */
export interface CheckSettings {
  readonly checkLookSeconds: number;
  readonly checkDeepSeconds: number;
  readonly checkKeptLookSeconds: number;
  readonly checkKeptDeepSeconds: number;
  readonly checkOtherLookSeconds: number;
  readonly checkOtherDeepSeconds: number;
  readonly checkHistorySeconds: number;
}

const day = 24 * 60 * 60;

/** The settings of the checks. A version's role under the aliases says which of them holds for it. */
export const checkSettings: Schema<CheckSettings> = {
  checkLookSeconds: {
    doc: 'How often a version that is live, a rollback target or a candidate is looked at, in seconds; 0 is never.',
    format: 'whole-number',
    min: 0,
    max: 3650 * day,
    default: 300,
    env: 'LASTGOOD_CHECK_LOOK_SECONDS',
  },
  checkDeepSeconds: {
    doc: 'How often the bytes of such a version are read and hashed, in seconds; 0 is never.',
    format: 'whole-number',
    min: 0,
    max: 3650 * day,
    default: day,
    env: 'LASTGOOD_CHECK_DEEP_SECONDS',
  },
  checkKeptLookSeconds: {
    doc: 'How often a version within its retention window is looked at, in seconds; 0 is never.',
    format: 'whole-number',
    min: 0,
    max: 3650 * day,
    default: 3600,
    env: 'LASTGOOD_CHECK_KEPT_LOOK_SECONDS',
  },
  checkKeptDeepSeconds: {
    doc: 'How often the bytes of such a version are read and hashed, in seconds; 0 is never.',
    format: 'whole-number',
    min: 0,
    max: 3650 * day,
    default: 7 * day,
    env: 'LASTGOOD_CHECK_KEPT_DEEP_SECONDS',
  },
  checkOtherLookSeconds: {
    doc: 'How often any other version is looked at, in seconds; 0 is never.',
    format: 'whole-number',
    min: 0,
    max: 3650 * day,
    default: 7 * day,
    env: 'LASTGOOD_CHECK_OTHER_LOOK_SECONDS',
  },
  checkOtherDeepSeconds: {
    doc: 'How often the bytes of any other version are read and hashed, in seconds; 0 is never.',
    format: 'whole-number',
    min: 0,
    max: 3650 * day,
    default: 30 * day,
    env: 'LASTGOOD_CHECK_OTHER_DEEP_SECONDS',
  },
  checkHistorySeconds: {
    doc: 'How long observations are kept, in seconds; the newest of each subject stays.',
    format: 'whole-number',
    min: 3600,
    max: 3650 * day,
    default: 90 * day,
    env: 'LASTGOOD_CHECK_HISTORY_SECONDS',
  },
};
