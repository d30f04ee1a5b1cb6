import { resolveQueueOptions } from '../../src/platform/queue/queue-options.js';
import type { QueueOptions, ResolvedQueueOptions } from '../../src/platform/queue/queue-options.js';

/** The options that the test gave its child process. */
export const childOptions = (): ResolvedQueueOptions => {
  const given: QueueOptions = JSON.parse(process.argv[2] ?? '');
  return resolveQueueOptions(given);
};
