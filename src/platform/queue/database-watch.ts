import { isDatabaseUnavailable, whyDatabaseRefuses } from '../database/unavailable.js';
import { Outage } from '../telemetry/outage.js';
import { deadline } from '../timing/deadline.js';
import type { OutboxRepository } from './outbox.repository.js';
import type { QueueLog } from './queue-log.js';

/** How long a database that answers may take to do so, in milliseconds. */
const ANSWER_MS = 2000;

/**
 * Tells a database that is away from a job that fails. With Redis, jobs go on being taken while PostgreSQL is away: each
 * would use up its tries within minutes and be given up, and each try would be a line in the log.
 */
export class DatabaseWatch {
  private readonly outage: Outage;

  constructor(
    private readonly outbox: Pick<OutboxRepository, 'nextDueMs'>,
    log: QueueLog,
  ) {
    this.outage = new Outage(log, {
      gone: 'jobs wait, because the database is away',
      back: 'the database is back, and jobs run again',
    });
  }

  /**
   * Asks the database after a job has thrown what it throws while that is away: what a store threw may look the same. What
   * only PostgreSQL says, that it is read-only or its disk full, is believed: it answers questions all the same.
   * @returns how many jobs in a row met no database, this one included; 0 where the job itself is to blame
   */
  async failures(error: unknown): Promise<number> {
    if (!isDatabaseUnavailable(error)) return 0;
    if (whyDatabaseRefuses(error) !== null) return this.outage.failed(error);
    try {
      await deadline(this.outbox.nextDueMs(), ANSWER_MS, 'the database does not answer');
      return 0;
    } catch {
      return this.outage.failed(error);
    }
  }

  /** A job came to its end. */
  worked(): void {
    this.outage.worked();
  }
}
