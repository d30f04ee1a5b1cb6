import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Transactions } from '../../platform/database/transactions.js';
import { OutboxRepository } from '../../platform/queue/index.js';
import { nestLog } from '../../platform/telemetry/structured-log.js';
import { Ticker } from '../../platform/timing/ticker.js';
import { planJob } from './plan-jobs.js';
import { PlanRepository } from './plan.repository.js';

const LOOK_MS = 2000;
/** What changes without a word is found this late at most: what disks have free, and what the queue lost. */
const EVERY_SECONDS = 30;

/** Asks for a plan by the clock, and when a node's lease runs out. Any number of workers look; one of them asks. */
@Injectable()
export class PlanSchedule implements OnModuleDestroy {
  private readonly ticker = new Ticker({
    name: 'the schedule of plans for nodes',
    everyMs: LOOK_MS,
    work: () => this.look(),
    log: nestLog('Nodes'),
  });

  constructor(
    private readonly transactions: Transactions,
    private readonly plans: PlanRepository,
    private readonly outbox: OutboxRepository,
  ) {}

  /** Begins; returns at once. */
  start(): void {
    this.ticker.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.ticker.stop();
  }

  private async look(): Promise<void> {
    await this.transactions.run(async (transaction) => {
      if (await this.plans.takeDue(transaction, EVERY_SECONDS)) await this.outbox.append(transaction, [planJob()]);
    });
  }
}
