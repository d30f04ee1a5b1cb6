import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { CheckEntity } from './check.entity.js';
import type { CheckFilter } from './check-filter.js';
import type { VersionKey } from './check-jobs.js';

const LAST_ID = Number.MAX_SAFE_INTEGER;

// One walk down the index for each kind and state, so that a rare state is found as fast as a frequent one, however many
// others lie in between.
const list = (bySubject: boolean): string => `
  SELECT found.* FROM unnest($3::text[]) AS kinds (kind) CROSS JOIN unnest($4::text[]) AS states (state)
  CROSS JOIN LATERAL (
    SELECT id, version, kind, subject, state, evidence, duration_ms AS "durationMs", observed_at AS "observedAt"
    FROM checks c
    WHERE c.model_id = $1 AND c.version = $2 AND c.kind = kinds.kind AND c.state = states.state
      ${bySubject ? 'AND c.subject = $7' : ''} AND c.id < $5
    ORDER BY c.id DESC LIMIT $6
  ) found
  ORDER BY found.id DESC LIMIT $6`;

// The newest observation of a subject stays, however old it is. Of a subject that is no more, such as what a node held that
// was removed, there is none, and all go in their time.
const PRUNE = `
  WITH old AS (
    SELECT id, observed_at < now() - $2 * interval '1 second' AS outdated FROM checks
    WHERE id > $1 ORDER BY id LIMIT $3
  ), gone AS (
    DELETE FROM checks c USING old WHERE c.id = old.id AND old.outdated AND NOT EXISTS (
      SELECT FROM newest_checks n
      WHERE n.model_id = c.model_id AND n.version = c.version AND n.kind = c.kind AND n.subject = c.subject
        AND n.observed_at <= c.observed_at)
    RETURNING c.id
  )
  SELECT max(id) AS "after", coalesce(bool_or(outdated), false) AS "goOn", (SELECT count(*)::int FROM gone) AS deleted
  FROM old`;

/** How a batch of pruning ended: where the next one begins, whether there may be more to do, how many rows went. */
export interface Pruned {
  after: number | null;
  goOn: boolean;
  deleted: number;
}

/** The history of observations, rows of `checks`. */
@Injectable()
export class CheckHistoryRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Observations of a version in the reverse of the order in which they were recorded; one more than `size`. */
  list(
    { modelId, version }: VersionKey,
    { kinds, states, subject }: CheckFilter,
    { size, before }: { size: number; before: number | null },
  ): Promise<CheckEntity[]> {
    const values = [modelId, version, kinds, states, before ?? LAST_ID, size + 1];
    return this.dataSource.query(list(subject !== null), subject === null ? values : [...values, subject]);
  }

  /** Deletes what is older than `seconds` among the `limit` rows behind `after`, the newest of each subject excepted. */
  async prune(after: number, seconds: number, limit: number): Promise<Pruned> {
    const rows: Pruned[] = await this.dataSource.query(PRUNE, [after, seconds, limit]);
    return rows[0] ?? { after: null, goOn: false, deleted: 0 };
  }
}
