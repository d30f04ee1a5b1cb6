import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { CheckKind, CheckState } from '../../domain/check.js';
import { ROLES } from '../../domain/role.js';
import { CheckAges } from './check-ages.js';

/** How many newest checks of a kind are in a state that is not `present`. */
export interface NotPresent {
  readonly kind: CheckKind;
  readonly state: CheckState;
  readonly count: number;
}

/** More are not counted: a store that is away for ten thousand versions is one fact, and nobody waits for its sum. */
const MOST = 10_000;

// What lies on nodes is counted by itself. Goes from what is not well, or from what aliases point at, whichever is less.
const NOT_PRESENT = `
  SELECT kind, state, count(*)::integer AS count FROM (
    SELECT kind, n.state FROM newest_checks n
    JOIN unnest($1::text[], $2::float8[]) AS counts (kind, seconds) USING (kind)
    WHERE n.state <> 'present' AND n.observed_at > now() - counts.seconds * interval '1 second'
      AND EXISTS (SELECT FROM aliases a WHERE a.model_id = n.model_id AND a.version = n.version)
    LIMIT ${MOST}
  ) seen GROUP BY kind, state`;

// One step down each urgency's part of the index.
const OVERDUE = `
  SELECT greatest(0, extract(epoch FROM now() - min(oldest.due_at)))::float8 AS seconds
  FROM generate_series(0, ${ROLES.indexOf('candidate')}) AS u (urgency) CROSS JOIN LATERAL (
    SELECT due_at FROM check_rounds r WHERE r.depth = 'look' AND r.urgency = u.urgency ORDER BY due_at LIMIT 1
  ) oldest`;

/** What is not well among the newest checks of the versions that an alias points at. */
@Injectable()
export class NotPassingRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly ages: CheckAges,
  ) {}

  /** Counts the checks that count by their age and did not see what was recorded, ten thousand at most. */
  counts(): Promise<NotPresent[]> {
    const ages = Object.entries(this.ages.most).filter(([kind, seconds]) => kind !== 'residency' && seconds !== null);
    return this.dataSource.query(NOT_PRESENT, [ages.map(([kind]) => kind), ages.map(([, seconds]) => seconds)]);
  }

  /** How long the look that has waited longest for a worker has been due, in seconds; 0 where none is. */
  async overdueSeconds(): Promise<number> {
    const [row]: { seconds: number | null }[] = await this.dataSource.query(OVERDUE);
    return row?.seconds ?? 0;
  }
}
