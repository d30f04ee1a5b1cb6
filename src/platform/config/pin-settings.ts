import type { Schema } from './setting.js';

/** Whether and how often what is needed is protected against deletion where it lies. */
export interface PinSettings {
  readonly pins: boolean;
  readonly pinIntervalSeconds: number;
}

const day = 24 * 60 * 60;

export const pinSettings: Schema<PinSettings> = {
  pins: {
    doc: 'Whether what a needed version is made of is protected against deletion where it lies; when off, pins are released.',
    format: 'true-or-false',
    default: true,
    env: 'LASTGOOD_PINS',
  },
  pinIntervalSeconds: {
    doc: 'How often every pin is looked at and repaired, in seconds.',
    format: 'whole-number',
    min: 1,
    max: 7 * day,
    default: 900,
    env: 'LASTGOOD_PIN_INTERVAL_SECONDS',
  },
};
