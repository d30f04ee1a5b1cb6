import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { checkInterval, DEPTHS, URGENCIES, type Depth } from '../../domain/check-schedule.js';
import { ROLES } from '../../domain/role.js';
import { POINTED_VERSIONS_SQL } from '../protection/index.js';
import type { VersionKey } from './check-jobs.js';
import { CheckOptions } from './check-options.js';
import { LEASE_SECONDS } from './round.repository.js';

/** A round that a job is to be made for. */
export interface DueRound extends VersionKey {
  depth: Depth;
  urgency: number;
}

/**
 * How many rounds of one urgency may have a job at a time. More would make the queue, not the schedule, decide what
 * comes first; of the readings only few, so that each gets ahead.
 */
const MOST = { look: 500, deep: 16 };

/** How many rounds are put at their place in one transaction: few enough for the time that a statement has. */
const ALIGNED_AT_ONCE = 5000;

/** Any constant that no other part of the product takes a lock under. */
const ALIGNING = 7_420_301;

// What was under way goes on as the round it was; what was not begins the next, which may be one that was asked for and
// whose job was lost. For each depth and urgency a few steps down its own part of the index, however many rounds there are. Rows that
// another worker is picking are left to it.
const PICK = `
  WITH room AS (
    SELECT depth, urgency, most - (
      SELECT count(*) FROM check_rounds r
      WHERE r.picked_at IS NOT NULL AND r.depth = kinds.depth AND r.urgency = u.urgency AND r.due_at > now()
    ) AS most
    FROM unnest($1::text[], $2::integer[]) AS kinds (depth, most), generate_series(0, $3::integer) AS u (urgency)
  ), due AS (
    SELECT picked.* FROM room CROSS JOIN LATERAL (
      SELECT model_id, version, depth FROM check_rounds r
      WHERE r.depth = room.depth AND r.urgency = room.urgency AND r.due_at <= now()
      ORDER BY due_at LIMIT greatest(room.most, 0) FOR UPDATE SKIP LOCKED
    ) picked
  )
  UPDATE check_rounds r SET picked_at = now(), due_at = now() + ${LEASE_SECONDS} * interval '1 second', held_by = NULL,
    turn = r.turn + CASE WHEN r.picked_at IS NULL THEN 1 ELSE 0 END
  FROM due WHERE r.model_id = due.model_id AND r.version = due.version AND r.depth = due.depth
  RETURNING r.model_id AS "modelId", r.version, r.depth, r.urgency`;

// What gained a role on a way that made no check of its own. Strewn over the new interval, since it may be many. A
// version that is only kept had a role before, and comes down to it by its next check. In the order of their key, in which
// a request for checks takes the rows of its version too: neither waits for one while it keeps from the other the next.
const ALIGN = `
  WITH needed AS (
    SELECT p.model_id, p.version, k.depth, p.rank, k.seconds FROM (${POINTED_VERSIONS_SQL}) p
    JOIN unnest($1::text[], $2::integer[], $3::float8[]) AS k (depth, rank, seconds) ON k.rank = p.rank
  )
  INSERT INTO check_rounds AS r (model_id, version, depth, urgency, due_at)
  SELECT model_id, version, depth, rank, now() + random() * seconds * interval '1 second' FROM needed n
  WHERE NOT EXISTS (
    SELECT FROM check_rounds s
    WHERE s.model_id = n.model_id AND s.version = n.version AND s.depth = n.depth AND s.urgency <= n.rank
  )
  ORDER BY model_id, version, depth LIMIT ${ALIGNED_AT_ONCE}
  ON CONFLICT (model_id, version, depth) DO UPDATE SET
    urgency = excluded.urgency, due_at = least(r.due_at, excluded.due_at)
  RETURNING depth`;

/** The schedule as a whole: what is due, and what stands at the wrong place in it. */
@Injectable()
export class DueRoundsRepository {
  constructor(private readonly options: CheckOptions) {}

  /** Takes what is due, the most urgent and oldest first, and moves it on, so that it is not due again before long. */
  async pick(manager: EntityManager): Promise<DueRound[]> {
    const values = [DEPTHS, DEPTHS.map((depth) => MOST[depth]), URGENCIES.length - 1];
    const [rows]: [DueRound[]] = await manager.query(PICK, values);
    return rows.toSorted((a, b) => a.urgency - b.urgency);
  }

  /**
   * Puts versions whose role asks for more checks than they are scheduled for at their place: a safety net below the
   * checks of moves. One worker at a time does it. Returns whether there may be more.
   */
  async align(manager: EntityManager): Promise<boolean> {
    const [lock]: { free: boolean }[] = await manager.query('SELECT pg_try_advisory_xact_lock($1) AS free', [ALIGNING]);
    if (lock?.free !== true) return false;
    const kinds = DEPTHS.flatMap((depth) =>
      ROLES.map((role, rank) => ({ depth, rank, seconds: checkInterval(this.options.intervals, depth, role) })),
    ).filter(({ seconds }) => seconds !== null);
    const rows: object[] = await manager.query(ALIGN, [
      kinds.map(({ depth }) => depth),
      kinds.map(({ rank }) => rank),
      kinds.map(({ seconds }) => seconds),
    ]);
    return rows.length === ALIGNED_AT_ONCE;
  }
}
