export { defineJob } from './define-job.js';
export type { JobType } from './define-job.js';
export { DEFAULT_PRIORITY, FIRST_PRIORITY, LAST_PRIORITY } from './job.js';
export type { IdentifiedJob, JobData, OutboundJob } from './job.js';
export { JobHandlers } from './job-handlers.js';
export type { JobContext, JobHandler } from './job-handlers.js';
export { LANES } from './lane.js';
export type { Lane } from './lane.js';
export { JobQueue, JobWorker } from './job-queue.js';
export type { FailedCursor, FailedJob, JobRun, QueueDepth, RetryResult } from './job-queue.js';
export { OutboxRow } from './outbox.entity.js';
export { OutboxRelay } from './outbox-relay.js';
export { OUTBOX_CHANNEL, OutboxRepository } from './outbox.repository.js';
export type { OutboxBacklog } from './outbox.repository.js';
export { prepareQueue } from './prepare-queue.js';
export {
  InvalidJobError,
  JobHandlerError,
  PermanentJobError,
  QueueSchemaError,
  QueueUnavailableError,
} from './queue-errors.js';
export type { QueueLog } from './queue-log.js';
export type { QueueOptions } from './queue-options.js';
export { QueueModule } from './queue.module.js';
