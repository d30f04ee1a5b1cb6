import { setTimeout as sleep } from 'node:timers/promises';
import { backOffMs } from '../timing/back-off.js';
import type { JobQueue } from './job-queue.js';
import { Outage } from '../telemetry/outage.js';
import { OUTBOX_CHANNEL } from './outbox.repository.js';
import type { OutboxBacklog, OutboxRepository } from './outbox.repository.js';
import { PgListener } from '../database/listen/pg-listener.js';
import type { ResolvedQueueOptions } from './queue-options.js';
import { Wake } from './wake.js';

/** Rows in one transaction: enough to make the round trips cheap, few enough to hold their locks only shortly. */
const BATCH = 200;
const RETRY_MS = 200;
const RETRY_CAP_MS = 10_000;

/**
 * Carries committed rows from the outbox into the queue. Any number of relays may run at once; they share the rows.
 * It is woken by the commit's notification, and looks by itself every `pollMs`, so that a notification that got lost
 * only delays. While the queue or the database is away it backs off and the rows wait.
 */
export class OutboxRelay {
  private readonly wake = new Wake();
  private readonly outage: Outage;
  private listener: PgListener | undefined;
  private stopped = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly outbox: OutboxRepository,
    private readonly queue: JobQueue,
    private readonly options: Pick<ResolvedQueueOptions, 'databaseUrl' | 'pollMs' | 'log'>,
  ) {
    this.outage = new Outage(options.log, {
      gone: 'the outbox cannot be handed to the job queue; its rows wait',
      back: 'the outbox is handed to the job queue again',
    });
  }

  /** Begins to carry rows. Returns at once; a queue or a database that is away is waited for in the background. */
  start(): void {
    if (this.running !== undefined) return;
    this.stopped = new AbortController();
    const { databaseUrl, log } = this.options;
    this.listener = new PgListener({ databaseUrl, channel: OUTBOX_CHANNEL, onNotify: () => this.wake.ring(), log });
    this.listener.start();
    this.running = this.run();
  }

  /** Ends after the batch under way. Rows that are left wait for the next relay. */
  async stop(): Promise<void> {
    this.stopped.abort();
    this.wake.ring();
    await Promise.all([this.running, this.listener?.stop()]);
    this.running = undefined;
    this.listener = undefined;
  }

  /** What waits, for metrics. */
  backlog(): Promise<OutboxBacklog> {
    return this.outbox.backlog();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      try {
        await this.drain(signal);
        const dueMs = (await this.outbox.nextDueMs()) ?? Infinity;
        // Rows that are due already are in the hands of another relay: it removes them, or its end gives them back. They say
        // nothing of the queue, which that relay may be finding away.
        if (dueMs > 0) this.outage.worked();
        const waitMs = dueMs > 0 ? Math.min(dueMs, this.options.pollMs) : this.options.pollMs;
        await this.wake.wait(Math.ceil(waitMs));
      } catch (error) {
        const failures = this.outage.failed(error);
        // Not the bell: during an outage every append would ring it, and each ring would be another try.
        await sleep(backOffMs(failures, RETRY_MS, RETRY_CAP_MS), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async drain(signal: AbortSignal): Promise<void> {
    let delivered = BATCH;
    while (delivered === BATCH && !signal.aborted) {
      delivered = await this.outbox.deliver(BATCH, (jobs) => this.queue.enqueue(jobs));
      if (delivered > 0) this.outage.worked();
    }
  }
}
