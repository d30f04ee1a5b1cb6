import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Env } from '../../domain/env.js';
import { ROLLBACKS_LOOKED_AT } from '../../domain/predicted-recovery.js';
import type { NewestCheck } from '../../domain/readiness-evidence.js';
import { REPORT_LEASE_SECONDS } from '../reports/index.js';
import { targetAliasSql } from '../resolution/index.js';

/** An alias with its rollback target, who serves it, and how long its rollbacks took. */
export interface ReadinessRow {
  modelId: number;
  live: number;
  target: number | null;
  targetProven: boolean | null;
  /** What the target's record names; null without a target. */
  uris: string[] | null;
  image: string | null;
  env: Env | null;
  controllers: string[];
  /** From commit to all switched, in milliseconds, of the newest rollbacks whose clock has closed. */
  recoveriesMs: number[];
  now: Date;
}

const ALIAS = `
  SELECT a.model_id AS "modelId", a.version AS live, t.version AS target, t.target_proven AS "targetProven",
         jsonb_path_query_array(v.artifacts, '$[*].uri') AS uris, v.image, v.env,
         ARRAY(SELECT r.controller FROM serving_reports r
               WHERE r.model_id = a.model_id AND r.alias = a.name
                 AND r.reported_at > clock_timestamp() - $3 * interval '1 second') AS controllers,
         ARRAY(SELECT extract(epoch FROM b.all_switched_at - b.committed_at)::float8 * 1000
               FROM (SELECT * FROM rollbacks WHERE model_id = a.model_id AND alias = a.name
                     ORDER BY revision DESC LIMIT $4) b
               WHERE b.all_switched_at IS NOT NULL) AS "recoveriesMs",
         clock_timestamp() AS now
  FROM models m
  JOIN aliases a ON a.model_id = m.id AND a.name = $2 AND a.version IS NOT NULL
  LEFT JOIN aliases t ON t.model_id = m.id AND t.name = ${targetAliasSql('a.name')} AND t.version IS NOT NULL
  LEFT JOIN versions v ON v.model_id = m.id AND v.version = t.version
  WHERE m.name = $1`;

// What lies on which node is told by the nodes themselves; of that the checks keep only when it changed.
// Evidence of what is well is never shown, and of ten thousand files it would be most of the answer's weight.
const COLUMNS = `
  version, kind, subject, state, CASE WHEN state <> 'present' THEN evidence END AS evidence,
  observed_at AS "observedAt", since`;

// A controller that has since said that it serves another version runs with nothing of this one's, whatever was seen.
const CHECKS = `
  SELECT ${COLUMNS} FROM newest_checks WHERE model_id = $1 AND version = $3 AND kind NOT IN ('config', 'residency')
  UNION ALL
  SELECT ${COLUMNS} FROM newest_checks n WHERE model_id = $1 AND version = $2 AND kind = 'config' AND NOT EXISTS (
    SELECT FROM serving_reports r
    WHERE r.model_id = n.model_id AND r.version <> n.version AND n.subject = r.alias || '/' || r.controller)`;

/** Reads what readiness is judged by. Each answer is as quick after a million checks as after one of each subject. */
@Injectable()
export class ReadinessRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** The alias, or null where there is no such model or the alias points at nothing. */
  async find(model: string, alias: string): Promise<ReadinessRow | null> {
    const values = [model, alias, REPORT_LEASE_SECONDS, ROLLBACKS_LOOKED_AT];
    const rows: ReadinessRow[] = await this.dataSource.query(ALIAS, values);
    return rows[0] ?? null;
  }

  /** The newest check of all that the target needs, and of the config that the live version serves with. */
  checks(modelId: number, versions: { live: number; target: number }): Promise<NewestCheck[]> {
    return this.dataSource.query(CHECKS, [modelId, versions.live, versions.target]);
  }
}
