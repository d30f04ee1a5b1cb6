export { HealthModule } from './health.module.js';
export { WorkerHealth } from './worker-health.js';
export { WorkerHealthModule } from './worker-health.module.js';
export { WorkerMetrics } from './worker-metrics.js';
