import { DataSource } from 'typeorm';
import { Outbox1700000000002 } from '../../migrations/0002-outbox.js';
import { dataSourceOptions } from '../../src/platform/database/data-source.js';
import { BullJobQueue } from '../../src/platform/queue/bull-job-queue.js';
import { BullJobWorker } from '../../src/platform/queue/bull-job-worker.js';
import { DatabaseWatch } from '../../src/platform/queue/database-watch.js';
import type { OutboundJob } from '../../src/platform/queue/job.js';
import { JobHandlers } from '../../src/platform/queue/job-handlers.js';
import type { JobHandler } from '../../src/platform/queue/job-handlers.js';
import type { JobQueue, JobWorker } from '../../src/platform/queue/job-queue.js';
import { OutboxRow } from '../../src/platform/queue/outbox.entity.js';
import { OutboxRelay } from '../../src/platform/queue/outbox-relay.js';
import { OutboxRepository } from '../../src/platform/queue/outbox.repository.js';
import { prepareQueue } from '../../src/platform/queue/prepare-queue.js';
import { resolveQueueOptions } from '../../src/platform/queue/queue-options.js';
import type { QueueOptions, ResolvedQueueOptions } from '../../src/platform/queue/queue-options.js';
import { QueueLogBook } from './queue-log-book.js';
import { bulkNote, note } from './queue-note.js';
import type { QueuePlace } from './queue-places.js';

/** Everything of the queue over one fresh database, and what a test starts of it. */
export class QueueHarness {
  readonly log = new QueueLogBook();
  /** Whether the workers find that the database answers. */
  databaseAnswers = (): boolean => true;
  readonly outbox: OutboxRepository;
  readonly queue: JobQueue;
  private readonly cleanups: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly dataSource: DataSource,
    readonly options: ResolvedQueueOptions,
    private readonly leave: () => Promise<void>,
  ) {
    this.options = { ...options, log: this.log };
    this.outbox = new OutboxRepository(dataSource, new JobHandlers([note, bulkNote]));
    this.queue = new BullJobQueue(this.options);
  }

  /** Tries and waits are short, so that a test sees the last of them soon. */
  static async open(place: QueuePlace): Promise<QueueHarness> {
    const { options, leave } = await place();
    const dataSource = await openOutbox(options.databaseUrl);
    await prepareQueue(options.databaseUrl);
    const quick = { attempts: 3, backOffMs: 20, lockMs: 1500, graceMs: 1000, pollMs: 200 };
    return new QueueHarness(dataSource, resolveQueueOptions({ ...quick, ...options, jobs: [note, bulkNote] }), leave);
  }

  /** Starts a worker that runs every note with this handler, and those of the bulk lane with `bulk` if it is given. */
  async work(
    handler: JobHandler<{ n: number }>,
    options: Partial<QueueOptions> = {},
    bulk: JobHandler<{ n: number }> = handler,
  ): Promise<JobWorker> {
    const all = { ...this.options, ...options };
    const handlers = new JobHandlers([note, bulkNote]);
    handlers.handle(note, handler);
    handlers.handle(bulkNote, bulk);
    const worker = new BullJobWorker(all, handlers, new DatabaseWatch({ nextDueMs: () => this.nextDueMs() }, all.log));
    this.cleanups.push(() => worker.stop());
    await worker.start();
    return worker;
  }

  /** Starts a relay, into the queue of this harness or into another. */
  relay(queue: JobQueue = this.queue, options: Partial<QueueOptions> = {}): OutboxRelay {
    const relay = new OutboxRelay(this.outbox, queue, { ...this.options, ...options });
    this.cleanups.push(() => relay.stop());
    relay.start();
    return relay;
  }

  /** Appends jobs in a transaction of their own. */
  append(...jobs: OutboundJob[]): Promise<void> {
    return this.dataSource.transaction((manager) => this.outbox.append(manager, jobs));
  }

  /** How many rows the outbox holds, due or not. */
  rows(): Promise<number> {
    return this.dataSource.getRepository(OutboxRow).count();
  }

  private async nextDueMs(): Promise<number | undefined> {
    if (!this.databaseAnswers()) throw new Error('the test has it away');
    return this.outbox.nextDueMs();
  }

  async close(): Promise<void> {
    await Promise.all(this.cleanups.map((cleanup) => cleanup()));
    await this.queue.close();
    await this.dataSource.destroy();
    await this.leave();
  }
}

/** A data source over the outbox, its table created where the database lacks it. */
export const openOutbox = async (url: string): Promise<DataSource> => {
  const dataSource = new DataSource({ ...dataSourceOptions({ url, poolSize: 5 }), entities: [OutboxRow] });
  await dataSource.initialize();
  const runner = dataSource.createQueryRunner();
  if (!(await runner.hasTable('outbox'))) await new Outbox1700000000002().up(runner);
  await runner.release();
  return dataSource;
};
