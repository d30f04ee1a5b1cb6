export { PIN_JOBS, pinsOfModel } from './pin-jobs.js';
export { PinScheduler } from './pin-scheduler.js';
export { PinSettings } from './pin-settings.js';
export { PinsModule } from './pins.module.js';
