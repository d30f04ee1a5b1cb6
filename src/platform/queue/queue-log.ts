import { nestLog } from '../telemetry/structured-log.js';
import type { StructuredLog } from '../telemetry/structured-log.js';

/** Where the queue writes what an operator should see. */
export type QueueLog = StructuredLog;

/** The queue's log where the process brings no other. */
export const nestQueueLog = (): QueueLog => nestLog('Queue');
