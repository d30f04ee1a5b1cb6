import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { EntityManager } from 'typeorm';
import { DEFAULT_PRIORITY, assertJob } from './job.js';
import type { IdentifiedJob, OutboundJob } from './job.js';
import { JobHandlers } from './job-handlers.js';
import { OutboxRow } from './outbox.entity.js';
import { prepared } from '../database/prepared.js';
import { InvalidJobError } from './queue-errors.js';

/** The channel on which a commit announces new rows. It carries no payload. */
export const OUTBOX_CHANNEL = 'lastgood_outbox';

// One statement, whatever the number of jobs: locks may be held meanwhile.
const APPEND = prepared(
  'append_jobs',
  `
  WITH appended AS (
    INSERT INTO outbox (name, data, priority, subject, available_at)
    SELECT name, data, priority, subject, now() + "delayMs" * interval '1 millisecond'
    FROM json_to_recordset($1) AS job (name text, data jsonb, priority integer, subject text, "delayMs" float8)
  )
  SELECT pg_notify('${OUTBOX_CHANNEL}', '')`,
);

/** What waits in the outbox. */
export interface OutboxBacklog {
  /** Rows that are due and not yet in the queue. */
  readonly rows: number;
  /** Milliseconds since the oldest of them fell due; 0 where there is none. */
  readonly oldestMs: number;
}

/**
 * The queue's id of a row's job. A row that is handed over twice is one job; an identical later row is another one.
 * The time is in it because ids begin again when a database is restored from a backup, while the queue remembers.
 */
const jobIdOf = (row: OutboxRow): string => `outbox-${row.id}-${row.createdAt.getTime()}`;

const toJob = (row: OutboxRow): IdentifiedJob => ({
  jobId: jobIdOf(row),
  name: row.name,
  data: row.data,
  priority: row.priority,
  ...(row.subject !== null && { subject: row.subject }),
});

/** The outbox table: jobs enter it in the transaction that decides on them, and leave it into the queue. */
@Injectable()
export class OutboxRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly handlers: JobHandlers,
  ) {}

  /**
   * Writes jobs into the caller's transaction. They run once it has committed, and never if it does not.
   * A delayed job waits here rather than in the queue, so a queue that loses its memory loses no appointment.
   * @throws InvalidJobError outside a transaction or for a job that no queue would take; JobHandlerError for a job
   *   that is not declared
   */
  async append(manager: EntityManager, jobs: readonly OutboundJob[]): Promise<void> {
    if (manager.queryRunner?.isTransactionActive !== true)
      throw new InvalidJobError('jobs are appended inside a transaction, with the manager of that transaction');
    for (const job of jobs) {
      assertJob(job);
      this.handlers.assertDeclared(job.name);
    }
    if (jobs.length === 0) return;
    const rows = jobs.map(({ name, data, priority = DEFAULT_PRIORITY, subject, delayMs = 0 }) => {
      return { name, data, priority, subject, delayMs };
    });
    await manager.query(APPEND, [JSON.stringify(rows)]);
  }

  /**
   * Hands the rows that are due, longest first and then in the order of their ids, to `deliver`, and removes them once
   * it has returned. If it throws, or this process ends before the commit, they stay, and are delivered again with the
   * same job ids. Rows that another relay holds are left to it.
   * @returns how many rows were delivered
   */
  async deliver(limit: number, deliver: (jobs: IdentifiedJob[]) => Promise<void>): Promise<number> {
    return this.dataSource.transaction(async (manager) => {
      // A queue that is slow to answer is waited for inside the transaction, longer than a move may take.
      await manager.query(`SET LOCAL idle_in_transaction_session_timeout = '60s'`);
      const rows = await manager
        .createQueryBuilder(OutboxRow, 'row')
        .where('row.availableAt <= now()')
        .orderBy('row.availableAt')
        .addOrderBy('row.id')
        .limit(limit)
        .setLock('pessimistic_write')
        .setOnLocked('skip_locked')
        .getMany();
      if (rows.length === 0) return 0;
      await deliver(rows.map(toJob));
      await manager.delete(
        OutboxRow,
        rows.map((row) => row.id),
      );
      return rows.length;
    });
  }

  /** Milliseconds until the next row falls due, 0 or less where one is due already; nothing where there is no row. */
  async nextDueMs(): Promise<number | undefined> {
    const [next]: { ms: number | null }[] = await this.dataSource.query(
      'SELECT (extract(epoch FROM min(available_at) - clock_timestamp()) * 1000)::float8 AS ms FROM outbox',
    );
    return next?.ms ?? undefined;
  }

  /** Whether rows can be written: not where PostgreSQL is a standby, or set to read only. */
  async takesWrites(): Promise<boolean> {
    const [asked]: { refuses: boolean }[] = await this.dataSource.query(
      `SELECT current_setting('transaction_read_only')::boolean AS refuses`,
    );
    return asked?.refuses === false;
  }

  /** What waits, for metrics. */
  async backlog(): Promise<OutboxBacklog> {
    const [found]: OutboxBacklog[] = await this.dataSource.query(
      `SELECT count(*)::int AS rows,
              coalesce(extract(epoch FROM clock_timestamp() - min(available_at)) * 1000, 0)::float8 AS "oldestMs"
         FROM outbox WHERE available_at <= clock_timestamp()`,
    );
    return found ?? { rows: 0, oldestMs: 0 };
  }
}
