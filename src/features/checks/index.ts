export { CHECK_VERSION } from './check-version.job.js';
export { ChecksModule } from './checks.module.js';
