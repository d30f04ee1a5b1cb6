import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Transactions } from '../../platform/database/transactions.js';
import { LAST_PRIORITY, OutboxRepository } from '../../platform/queue/index.js';
import { nestLog } from '../../platform/telemetry/structured-log.js';
import { Ticker } from '../../platform/timing/ticker.js';
import { PRUNE_HISTORY, roundJob } from './check-jobs.js';
import { DueRoundsRepository } from './due-rounds.repository.js';

const PICK_MS = 3000;
const ALIGN_MS = 60_000;
const PRUNE_MS = 3_600_000;

/**
 * Makes jobs of the checks that are due. Any number of workers do so side by side. What is due is moved on in the
 * transaction that appends the job, so a crash in between loses neither.
 */
@Injectable()
export class CheckScheduler implements OnModuleDestroy {
  private readonly tickers: readonly Ticker[];

  constructor(
    private readonly transactions: Transactions,
    private readonly due: DueRoundsRepository,
    private readonly outbox: OutboxRepository,
  ) {
    const log = nestLog('Checks');
    this.tickers = [
      new Ticker({ name: 'the schedule of checks', everyMs: PICK_MS, work: () => this.pick(), log }),
      new Ticker({
        name: 'the upkeep of the schedule of checks',
        everyMs: ALIGN_MS,
        work: (signal) => this.align(signal),
        log,
      }),
      new Ticker({
        name: 'the end of old observations',
        afterMs: ALIGN_MS,
        everyMs: PRUNE_MS,
        work: () => this.prune(),
        log,
      }),
    ];
  }

  /** Begins; returns at once. */
  start(): void {
    for (const ticker of this.tickers) ticker.start();
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.tickers.map((ticker) => ticker.stop()));
  }

  private async pick(): Promise<void> {
    await this.transactions.run(async (transaction) => {
      const rounds = await this.due.pick(transaction);
      const jobs = rounds.map(({ depth, urgency, ...key }) => roundJob(key, depth, urgency));
      await this.outbox.append(transaction, jobs);
    });
  }

  private async align(signal: AbortSignal): Promise<void> {
    let isMore = true;
    while (isMore && !signal.aborted) {
      isMore = (await this.transactions.run((transaction) => this.due.align(transaction))) === true;
    }
  }

  // Every worker asks for it, and at most one waits.
  private async prune(): Promise<void> {
    const job = PRUNE_HISTORY.with({}, { subject: 'all', priority: LAST_PRIORITY });
    await this.transactions.run((transaction) => this.outbox.append(transaction, [job]));
  }
}
