export { ReportsModule } from './reports.module.js';
export { REPORT_LEASE_SECONDS } from './report.repository.js';
