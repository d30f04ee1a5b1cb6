import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Transactions } from '../../platform/database/transactions.js';
import { OutboxRepository } from '../../platform/queue/index.js';
import { nestLog } from '../../platform/telemetry/structured-log.js';
import { Ticker } from '../../platform/timing/ticker.js';
import { pinsOf } from './pin-jobs.js';
import { PinScheduleRepository } from './pin-schedule.repository.js';
import { PinSettings } from './pin-settings.js';

const OFTEN_MS = 100;
const SELDOM_MS = 15_000;

/**
 * Asks for a sweep over all pins as often as is set, also where nothing moves: pins get lost, and protection ends by time.
 * Where a store did not answer, it is asked again every minute.
 */
@Injectable()
export class PinScheduler implements OnModuleDestroy {
  private readonly ticker: Ticker;

  constructor(
    private readonly transactions: Transactions,
    private readonly schedule: PinScheduleRepository,
    private readonly outbox: OutboxRepository,
    { intervalSeconds }: PinSettings,
  ) {
    const everyMs = Math.min(SELDOM_MS, Math.max(OFTEN_MS, (intervalSeconds * 1000) / 10));
    this.ticker = new Ticker({ name: 'the schedule of pins', everyMs, work: () => this.ask(), log: nestLog('Pins') });
  }

  /** Begins; returns at once. */
  start(): void {
    this.ticker.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.ticker.stop();
  }

  private async ask(): Promise<void> {
    await this.transactions.run(async (transaction) => {
      await this.outbox.append(transaction, (await this.schedule.take(transaction)).map(pinsOf));
    });
  }
}
