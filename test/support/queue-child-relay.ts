import { BullJobQueue } from '../../src/platform/queue/bull-job-queue.js';
import type { IdentifiedJob } from '../../src/platform/queue/job.js';
import { JobHandlers } from '../../src/platform/queue/job-handlers.js';
import { OutboxRelay } from '../../src/platform/queue/outbox-relay.js';
import { OutboxRepository } from '../../src/platform/queue/outbox.repository.js';
import { childOptions } from './queue-child-options.js';
import { openOutbox } from './queue-harness.js';

/** The queue, but it never returns once it has taken the jobs: between that and the deletion the process is killed. */
class StuckQueue extends BullJobQueue {
  override async enqueue(jobs: readonly IdentifiedJob[]): Promise<void> {
    await super.enqueue(jobs);
    console.log(`enqueued ${jobs.length}`);
    await new Promise(() => undefined);
  }
}

const options = childOptions();
const outbox = new OutboxRepository(await openOutbox(options.databaseUrl), new JobHandlers([]));
new OutboxRelay(outbox, new StuckQueue(options), options).start();
