export { NotPassingRepository } from './not-passing.repository.js';
export type { NotPassing } from './not-passing.repository.js';
export { OverdueLooksRepository } from './overdue-looks.repository.js';
export { ReadinessModule } from './readiness.module.js';
