import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { checkInterval } from '../../domain/check-schedule.js';
import { CheckOptions, LEASE_SECONDS } from '../checks/index.js';
import { LOOKED_THROUGH, neededRoundsSql, ROUND_COMPLETED } from './needed-rounds.sql.js';

/** What a look that is due may wait for its turn in a busy queue, in seconds, before anybody need hear of it. */
const TURN_SECONDS = 60;

// Of a look at ten thousand files one part after the other is done: it is made, though it has not ended yet.
const ADVANCING = `(r.picked_at IS NOT NULL AND r.due_at > now()
  AND r.due_at - ${LEASE_SECONDS} * interval '1 second' > r.picked_at)`;

// From when a whole look ended, whatever was asked for since: that a job was made is no look. Of what was moved lately
// from then. A version takes its place in the schedule only where somebody keeps the schedule: so the newest moves, too.
const OVERDUE = `
  WITH late AS (
    SELECT r.model_id, r.version, r.completed_at FROM (${neededRoundsSql(`'look'`, '$1', `NOT ${ADVANCING}`)}) r
    UNION
    SELECT r.model_id, r.version, r.completed_at
    FROM (SELECT model_id, to_version FROM alias_history ORDER BY revision DESC LIMIT ${LOOKED_THROUGH}) moved
    CROSS JOIN LATERAL (
      SELECT r.* FROM check_rounds r
      WHERE r.model_id = moved.model_id AND r.version = moved.to_version AND r.depth = 'look'
        AND ${ROUND_COMPLETED} <= now() - $1 * interval '1 second' AND NOT ${ADVANCING} LIMIT 1
    ) r
  )
  SELECT greatest(0, extract(epoch FROM
    now() - min(greatest(late.completed_at, a.live_since, v.created_at))
  ) - $1)::float8 AS seconds
  FROM late JOIN aliases a ON a.model_id = late.model_id AND a.version = late.version
  JOIN versions v ON v.model_id = late.model_id AND v.version = late.version`;

/** Whether anybody looks at what may be needed. */
@Injectable()
export class OverdueLooksRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly options: CheckOptions,
  ) {}

  /**
   * For how many seconds a look at a version that an alias points at has not been made although it should have been: of
   * the one that has waited longest, beyond its interval and a minute for its turn. 0 where none waits, or looks are not
   * made on a schedule.
   */
  async seconds(): Promise<number> {
    const interval = checkInterval(this.options.intervals, 'look', 'live');
    if (interval === null) return 0;
    const rows: { seconds: number | null }[] = await this.dataSource.query(OVERDUE, [interval + TURN_SECONDS]);
    return rows[0]?.seconds ?? 0;
  }
}
