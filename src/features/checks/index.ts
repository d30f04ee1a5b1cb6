export { CHECK_VERSION } from './check-version.job.js';
export type { Observation } from './check.entity.js';
export { CheckRepository } from './check.repository.js';
export { ChecksModule } from './checks.module.js';
