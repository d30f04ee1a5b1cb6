import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Observation, VersionKey } from '../checks/index.js';
import type { PinScope } from './pin-jobs.js';

/** A pin whose turn has come, and for whom it is. */
export interface DuePin {
  readonly id: number;
  /** A URI or an image. */
  readonly subject: string;
  readonly state: Observation['state'] | null;
  readonly needs: readonly VersionKey[];
  /** Whether it was already tried to release it, in vain. */
  readonly releasing: boolean;
  /** How often its release was begun. */
  readonly releases: number;
}

/** Pins that some version needs, and those that none does. */
export type PinKind = 'needed' | 'unneeded';

/** What became of a pin. */
export interface PinOutcome {
  readonly state: Observation['state'];
  readonly evidence: Record<string, unknown>;
}

const NEEDED = 'EXISTS (SELECT FROM pin_needs n WHERE n.pin_id = p.id)';
const OF_VERSION = 'EXISTS (SELECT FROM pin_needs n WHERE n.pin_id = p.id AND n.model_id = $4 AND n.version = $5)';
const OF_MODEL = 'EXISTS (SELECT FROM pin_needs n WHERE n.pin_id = p.id AND n.model_id = $4)';

// Of one model, those that were not as they should be: somebody may have mended that before the move. Those of others
// wait for their own jobs, however new: a move's pins never wait for all that is to be pinned anywhere.
const WHICH = {
  needed: {
    all: `${NEEDED} AND (p.checked_at IS NULL OR p.checked_at <= $1)`,
    unreachable: `${NEEDED} AND (p.checked_at IS NULL OR p.checked_at <= $1 AND p.state = 'unreachable')`,
    model: `${OF_MODEL} AND (p.checked_at IS NULL OR p.checked_at <= $1 AND p.state IS DISTINCT FROM 'present')`,
    version: `${OF_VERSION} AND (p.checked_at IS NULL OR p.checked_at <= $1)`,
  },
  unneeded: {
    all: `NOT ${NEEDED} AND (p.checked_at IS NULL OR p.checked_at <= $1)`,
    unreachable: `NOT ${NEEDED} AND (p.checked_at IS NULL OR p.checked_at <= $1 AND p.state = 'unreachable')`,
    model: `NOT ${NEEDED} AND p.checked_at IS NULL AND $1::timestamptz IS NOT NULL AND $4::integer IS NOT NULL`,
  },
};

const DUE = (which: string): string => `
  SELECT p.id, p.subject, p.state, p.releases, coalesce((p.evidence -> 'releasing')::boolean, false) AS releasing, coalesce((
    SELECT json_agg(json_build_object('modelId', n.model_id, 'version', n.version)) FROM pin_needs n WHERE n.pin_id = p.id
  ), '[]') AS needs
  FROM pins p WHERE ${which} AND ($3::bigint[] IS NULL OR p.id = ANY ($3)) ORDER BY p.checked_at NULLS FIRST LIMIT $2`;

/** Rows of `pins`. */
@Injectable()
export class PinRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** The time so many seconds ago, by the database's clock. */
  async ago(seconds: number): Promise<Date> {
    const sql = `SELECT now() - $1 * interval '1 second' AS at`;
    const rows: { at: Date }[] = await this.dataSource.query(sql, [seconds]);
    return rows[0]?.at ?? new Date(0);
  }

  /**
   * Those that are to be looked at anew, and of those in the scope what was not looked at since `before`, the longest
   * first. Either those that some version needs, or those that none does.
   * @param among if given, of these alone
   */
  due(kind: PinKind, scope: PinScope, before: Date, limit: number, among?: readonly number[]): Promise<DuePin[]> {
    const values = [before, limit, among ?? null];
    if ('of' in scope) return this.dataSource.query(DUE(WHICH[kind][scope.of]), values);
    if (kind === 'needed' && scope.version !== undefined)
      return this.dataSource.query(DUE(WHICH.needed.version), [...values, scope.modelId, scope.version]);
    return this.dataSource.query(DUE(WHICH[kind].model), [...values, scope.modelId]);
  }

  /** Notes what became of a pin, and that it was looked at now. */
  async looked(id: number, outcome: PinOutcome | null): Promise<void> {
    const sql = `
      UPDATE pins SET checked_at = clock_timestamp(), state = coalesce($2, state), evidence = coalesce($3, evidence)
      WHERE id = $1`;
    await this.dataSource.query(sql, [id, outcome?.state, outcome === null ? null : JSON.stringify(outcome.evidence)]);
  }

  /** Notes that the release of a pin begins. */
  async releasing(id: number): Promise<void> {
    await this.dataSource.query('UPDATE pins SET releases = releases + 1 WHERE id = $1', [id]);
  }

  /** Forgets a pin that was released, unless a version needs it again, or something was pinned again meanwhile. */
  async remove(id: number): Promise<void> {
    const sql = `
      DELETE FROM pins p WHERE id = $1 AND NOT EXISTS (SELECT FROM pin_needs n WHERE n.pin_id = p.id)
        AND NOT EXISTS (SELECT FROM pinned_objects o WHERE o.pin_id = p.id)`;
    await this.dataSource.query(sql, [id]);
  }
}
