import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { CheckKind, CheckState } from '../../domain/check.js';
import { CheckAges } from './check-ages.js';
import { LOOKED_THROUGH, neededRoundsSql } from './needed-rounds.sql.js';

/** How many newest checks of a kind are in a state that is not `present`, or are too old to count whatever they saw. */
export interface NotPassing {
  readonly kind: CheckKind;
  readonly state: CheckState | 'stale';
  readonly count: number;
}

/** More of one kind and state are not counted: a store that is away for ten thousand versions is one fact. */
const MOST = 10_000;

const NOT_PRESENT_STATES: readonly CheckState[] = ['changed', 'missing', 'forbidden', 'unreachable', 'unsupported'];

const KINDS = 'unnest($1::text[], $2::float8[]) AS counts (kind, seconds)';
const OLD = `n.observed_at <= now() - counts.seconds * interval '1 second'`;
const POINTED = 'EXISTS (SELECT FROM aliases a WHERE a.model_id = n.model_id AND a.version = n.version)';

// Goes from what is not well, or from what aliases point at, whichever is less: the latter only for a kind and state that
// there is at all, or thirty times.
const NOT_PRESENT = `
  WITH found AS MATERIALIZED (
    SELECT kind, state, seconds FROM ${KINDS} CROSS JOIN unnest($3::text[]) AS states (state) CROSS JOIN LATERAL (
      SELECT FROM newest_checks n
      WHERE n.kind = counts.kind AND n.state = states.state AND n.state <> 'present' LIMIT 1
    ) one
  )
  SELECT kind, CASE WHEN old THEN 'stale' ELSE state END AS state, count(*)::integer AS count
  FROM found AS counts CROSS JOIN LATERAL (
    SELECT ${OLD} AS old FROM newest_checks n
    WHERE n.kind = counts.kind AND n.state = counts.state AND n.state <> 'present' AND ${POINTED}
    LIMIT ${MOST}
  ) seen GROUP BY 1, 2`;

// What saw all well is found by its round: of old checks there are only where none was completed for as long.
const DEPTH = `CASE counts.kind WHEN 'content' THEN 'deep' ELSE 'look' END`;
const STALE = `
  SELECT kind, 'stale' AS state, count(*)::integer AS count
  FROM ${KINDS} CROSS JOIN LATERAL (${neededRoundsSql(DEPTH, 'counts.seconds')}) r
  JOIN newest_checks n USING (model_id, version, kind)
  WHERE kind IN ('artifact', 'content', 'image', 'env') AND n.state = 'present' AND ${OLD} AND ${POINTED} GROUP BY kind`;

// A pin that is to be looked at at once has no time of its last look.
const STALE_PINS = `
  SELECT kind, 'stale' AS state, count(*)::integer AS count FROM ${KINDS} CROSS JOIN LATERAL (
    (SELECT id, subject FROM pins WHERE checked_at IS NULL LIMIT ${LOOKED_THROUGH})
    UNION ALL
    (SELECT id, subject FROM pins WHERE checked_at <= now() - counts.seconds * interval '1 second'
     ORDER BY checked_at NULLS FIRST LIMIT ${LOOKED_THROUGH})
  ) p JOIN pin_needs needs ON needs.pin_id = p.id
  JOIN newest_checks n USING (model_id, version, kind, subject)
  WHERE kind = 'pin' AND n.state = 'present' AND ${OLD} AND ${POINTED} GROUP BY kind`;

/** What is not well, or not known, among the newest checks of the versions that an alias points at. */
@Injectable()
export class NotPassingRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly ages: CheckAges,
  ) {}

  /** Counts them by kind and state, of each ten thousand at most; of old checks those of a thousand versions or pins. */
  async counts(): Promise<NotPassing[]> {
    const ages = Object.entries(this.ages.most).filter(([, seconds]) => seconds !== null);
    // What lies on nodes is counted by itself.
    const counted = ages.filter(([kind]) => kind !== 'residency');
    const kinds = [counted.map(([kind]) => kind), counted.map(([, seconds]) => seconds)];
    const ask = (sql: string, more: unknown[] = []): Promise<NotPassing[]> =>
      this.dataSource.query(sql, [...kinds, ...more]);
    const [notPresent, ...old] = await Promise.all([
      ask(NOT_PRESENT, [NOT_PRESENT_STATES]),
      ask(STALE),
      ask(STALE_PINS),
    ]);
    // What a controller said it runs with is passed over once it says so no more, as readiness does.
    return [...notPresent.filter(({ kind, state }) => kind !== 'config' || state !== 'stale'), ...old.flat()];
  }
}
