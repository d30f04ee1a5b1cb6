import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import type { TurnedCheck } from '../../domain/check-change.js';
import { NewestCheckEntity, type NeededRecord, type Observation } from './check.entity.js';
import type { VersionKey } from './check-jobs.js';

/** A subject of a version whose newest observation is in another state than the one before it. */
export type Turned = TurnedCheck & VersionKey;

// One statement: the history and the newest never disagree. An observation that is older than the newest, from a job
// that ran late, goes into the history alone. Of one subject seen twice in one call, the later one counts. What had
// turned is told by the row itself, under its lock: of two that see the same change, one finds that it turned.
const RECORD = `
  WITH seen AS (
    SELECT * FROM json_to_recordset($1) AS seen (
      "modelId" integer, version integer, kind text, subject text, state text, evidence jsonb,
      "durationMs" integer, "observedAt" timestamptz)
  ), told AS (
    INSERT INTO checks (model_id, version, kind, subject, state, evidence, duration_ms, observed_at)
    SELECT * FROM seen
  ), newest AS (
    INSERT INTO newest_checks AS n
      (model_id, version, kind, subject, state, evidence, duration_ms, observed_at, since)
    SELECT DISTINCT ON ("modelId", version, kind, subject) *, "observedAt" FROM seen
    ORDER BY "modelId", version, kind, subject, "observedAt" DESC
    ON CONFLICT (model_id, version, kind, subject) DO UPDATE SET
      state = excluded.state, evidence = excluded.evidence, duration_ms = excluded.duration_ms,
      observed_at = excluded.observed_at,
      since = CASE WHEN n.state = excluded.state THEN n.since ELSE excluded.since END
    WHERE n.observed_at <= excluded.observed_at
    RETURNING model_id, version, kind, subject, state, evidence ->> 'said' AS said, since = observed_at AS turned
  )
  SELECT model_id AS "modelId", version, kind, subject, newest.state, newest.said, was.state AS was
  FROM newest LEFT JOIN newest_checks was USING (model_id, version, kind, subject)
  WHERE turned AND newest.state IS DISTINCT FROM coalesce(was.state, 'present')
  ORDER BY model_id, version, kind, subject`;

/** Rows of `checks` and `newest_checks`, and what a check needs to know of a version. */
@Injectable()
export class CheckRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** What a version needs outside the registry; null where there is no such version. */
  async needsOf(modelId: number, version: number): Promise<NeededRecord | null> {
    const sql = `
      SELECT artifacts, image, env, created_at AS "createdAt" FROM versions WHERE model_id = $1 AND version = $2`;
    const rows: NeededRecord[] = await this.dataSource.query(sql, [modelId, version]);
    return rows[0] ?? null;
  }

  async hasVersion(modelId: number, version: number): Promise<boolean> {
    const sql = 'SELECT FROM versions WHERE model_id = $1 AND version = $2';
    const rows: object[] = await this.dataSource.query(sql, [modelId, version]);
    return rows.length > 0;
  }

  /**
   * Keeps what was seen, in the history and as the newest of each subject. Returns which subjects are in another state
   * than before; what is seen for the first time was well before.
   */
  async record(observations: readonly Observation[], manager = this.dataSource.manager): Promise<Turned[]> {
    return observations.length === 0 ? [] : manager.query(RECORD, [JSON.stringify(observations)]);
  }

  /** Takes back that these are the newest observations of anything; the history keeps them. In the caller's transaction. */
  async forget(
    manager: EntityManager,
    kind: Observation['kind'],
    keys: readonly Pick<Observation, 'modelId' | 'version' | 'subject'>[],
  ): Promise<void> {
    const sql = `
      DELETE FROM newest_checks n USING json_to_recordset($2) AS gone ("modelId" integer, version integer, subject text)
      WHERE n.model_id = gone."modelId" AND n.version = gone.version AND n.kind = $1 AND n.subject = gone.subject`;
    if (keys.length > 0) await manager.query(sql, [kind, JSON.stringify(keys)]);
  }

  /** The newest observation of each thing that the version needs. */
  newest(modelId: number, version: number): Promise<NewestCheckEntity[]> {
    const order = { kind: 'ASC', subject: 'ASC' } as const;
    return this.dataSource.manager.find(NewestCheckEntity, { where: { modelId, version }, order });
  }
}
