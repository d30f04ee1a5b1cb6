import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ReportEntity } from './report.entity.js';

/** A controller that has said nothing for this long is not waited for: it holds no traffic that we know of. */
export const REPORT_LEASE_SECONDS = 60;

const UPSERT = `
  INSERT INTO serving_reports
    (model_id, alias, controller, version, revision, config_digest, ready_replicas, replicas, reported_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp())
  ON CONFLICT (model_id, alias, controller) DO UPDATE SET version = excluded.version, revision = excluded.revision,
    config_digest = excluded.config_digest, ready_replicas = excluded.ready_replicas, replicas = excluded.replicas,
    reported_at = excluded.reported_at
  RETURNING reported_at AS "reportedAt"`;

// The clock of the newest rollback of the alias: a report counts once it follows the rollback's revision or a later one.
// All switched: no controller that still reports follows an older one. Healthy: and each has every replica it wants.
const CLOSE_CLOCK = `
  WITH newest AS (
    SELECT revision, to_version FROM rollbacks WHERE model_id = $1 AND alias = $2 ORDER BY revision DESC LIMIT 1
  ), seen AS (
    SELECT bool_or(r.revision >= n.revision AND r.version = n.to_version) AS one,
           bool_and(r.revision >= n.revision AND r.version = n.to_version) AS every,
           bool_and(r.revision >= n.revision AND r.version = n.to_version
                    AND r.ready_replicas >= r.replicas AND r.ready_replicas > 0) AS healthy
    FROM serving_reports r, newest n
    WHERE r.model_id = $1 AND r.alias = $2
      AND r.reported_at > clock_timestamp() - $3 * interval '1 second'
  )
  UPDATE rollbacks b SET
    first_switched_at = coalesce(first_switched_at, CASE WHEN seen.one THEN clock_timestamp() END),
    all_switched_at = coalesce(all_switched_at, CASE WHEN seen.every THEN clock_timestamp() END),
    healthy_at = coalesce(healthy_at, CASE WHEN seen.healthy THEN clock_timestamp() END)
  FROM newest, seen
  WHERE b.revision = newest.revision AND b.healthy_at IS NULL AND seen.one`;

// Controllers that report at the same moment take turns while a clock is open: else neither would see the other's word,
// and the clock would stand open until somebody reports again.
const LOCK_CLOCK = `
  SELECT FROM rollbacks WHERE healthy_at IS NULL AND revision =
    (SELECT revision FROM rollbacks WHERE model_id = $1 AND alias = $2 ORDER BY revision DESC LIMIT 1)
  FOR NO KEY UPDATE`;

/** Rows of `serving_reports`, and the rollback clock that closes on them. */
@Injectable()
export class ReportRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Replaces the controller's last word, and closes what it closes of the newest rollback's clock. Returns its time. */
  record(report: Omit<ReportEntity, 'reportedAt'>): Promise<Date> {
    return this.dataSource.transaction(async (manager) => {
      const { modelId, alias, controller, version, revision, configDigest, readyReplicas, replicas } = report;
      const values = [modelId, alias, controller, version, revision, configDigest, readyReplicas, replicas];
      await manager.query(LOCK_CLOCK, [modelId, alias]);
      const [row]: { reportedAt: Date }[] = await manager.query(UPSERT, values);
      await manager.query(CLOSE_CLOCK, [modelId, alias, REPORT_LEASE_SECONDS]);
      return row?.reportedAt ?? new Date();
    });
  }

  /** Whether the alias exists or ever did: a controller may outlive it. */
  async aliasExists(modelId: number, alias: string): Promise<boolean> {
    const sql = 'SELECT FROM aliases WHERE model_id = $1 AND name = $2';
    const rows: unknown[] = await this.dataSource.query(sql, [modelId, alias]);
    return rows.length > 0;
  }

  list(modelId: number, alias: string): Promise<ReportEntity[]> {
    return this.dataSource.manager.find(ReportEntity, { where: { modelId, alias }, order: { controller: 'ASC' } });
  }
}
