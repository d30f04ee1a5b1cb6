export { NotPassingRepository } from './not-passing.repository.js';
export type { NotPresent } from './not-passing.repository.js';
export { ReadinessModule } from './readiness.module.js';
