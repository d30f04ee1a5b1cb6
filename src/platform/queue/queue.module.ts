import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnModuleDestroy } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BullJobQueue } from './bull-job-queue.js';
import { BullJobWorker } from './bull-job-worker.js';
import { DatabaseWatch } from './database-watch.js';
import { JobHandlers } from './job-handlers.js';
import { JobQueue, JobWorker } from './job-queue.js';
import { OutboxRow } from './outbox.entity.js';
import { OutboxRelay } from './outbox-relay.js';
import { OutboxRepository } from './outbox.repository.js';
import { resolveQueueOptions } from './queue-options.js';
import type { QueueOptions, ResolvedQueueOptions } from './queue-options.js';

const RESOLVED = Symbol('ResolvedQueueOptions');

/**
 * Background jobs. Features append to {@link OutboxRepository} and register with {@link JobHandlers}; a process that
 * is to carry and run jobs starts {@link OutboxRelay} and {@link JobWorker} once it is up. Nothing starts by itself.
 */
@Module({})
export class QueueModule implements OnModuleDestroy {
  constructor(
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
    @Inject(JobWorker) private readonly worker: JobWorker,
    @Inject(JobQueue) private readonly queue: JobQueue,
  ) {}

  static forRoot(options: QueueOptions): DynamicModule {
    const resolved = resolveQueueOptions(options);
    return {
      module: QueueModule,
      global: true,
      imports: [TypeOrmModule.forFeature([OutboxRow])],
      providers: [
        { provide: RESOLVED, useValue: resolved },
        { provide: JobHandlers, useValue: new JobHandlers(resolved.jobs) },
        OutboxRepository,
        { provide: JobQueue, inject: [RESOLVED], useFactory: (all: ResolvedQueueOptions) => new BullJobQueue(all) },
        {
          provide: JobWorker,
          inject: [RESOLVED, JobHandlers, OutboxRepository],
          useFactory: (all: ResolvedQueueOptions, handlers: JobHandlers, outbox: OutboxRepository) =>
            new BullJobWorker(all, handlers, new DatabaseWatch(outbox, all.log)),
        },
        {
          provide: OutboxRelay,
          inject: [OutboxRepository, JobQueue, RESOLVED],
          useFactory: (outbox: OutboxRepository, queue: JobQueue, all: ResolvedQueueOptions) =>
            new OutboxRelay(outbox, queue, all),
        },
      ],
      exports: [JobHandlers, OutboxRepository, JobQueue, JobWorker, OutboxRelay],
    };
  }

  /** Before the database closes: first no more comes in, then what runs ends, then the connection goes. */
  async onModuleDestroy(): Promise<void> {
    await this.relay.stop();
    await this.worker.stop();
    await this.queue.close();
  }
}
