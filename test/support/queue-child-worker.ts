import { BullJobWorker } from '../../src/platform/queue/bull-job-worker.js';
import { DatabaseWatch } from '../../src/platform/queue/database-watch.js';
import { JobHandlers } from '../../src/platform/queue/job-handlers.js';
import { childOptions } from './queue-child-options.js';
import { note } from './queue-note.js';

// A worker whose job never ends: it is killed in the middle of it.
const handlers = new JobHandlers([note]);
handlers.handle(note, ({ n }) => {
  console.log(`started ${n}`);
  return new Promise(() => undefined);
});
const options = childOptions();
await new BullJobWorker(
  options,
  handlers,
  new DatabaseWatch({ nextDueMs: async () => undefined }, options.log),
).start();
