export { HoldingRepository } from './holding.repository.js';
export type { StateCount } from './holding.repository.js';
export { NodeOptions } from './node-options.js';
export { NodesApiModule } from './nodes-api.module.js';
export { NodesModule } from './nodes.module.js';
export { PlanFeed } from './plan-feed.js';
export { NODE_JOBS, planJob } from './plan-jobs.js';
export { PlanSchedule } from './plan-schedule.js';
export { ResidencyChecks } from './residency-checks.js';
