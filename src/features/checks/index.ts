export { AskedLooks } from './asked-looks.js';
export { ASKED, CHECK_JOBS, CHECK_VERSION, URGENT } from './check-jobs.js';
export type { VersionKey } from './check-jobs.js';
export type { Observation } from './check.entity.js';
export { CheckOptions } from './check-options.js';
export { CheckRepository } from './check.repository.js';
export { CheckScheduler } from './check-scheduler.js';
export { ChecksModule } from './checks.module.js';
export { RoundRepository } from './round.repository.js';
