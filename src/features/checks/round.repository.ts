import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { checkInterval, DEPTHS, secondsUntilNext, urgencyOf, type Depth } from '../../domain/check-schedule.js';
import type { Role } from '../../domain/role.js';
import type { VersionKey } from './check-jobs.js';
import { CheckOptions } from './check-options.js';

/** A round of checks under way: which one it is, and how many of the version's subjects are done. */
export interface Round {
  turn: number;
  position: number;
}

/** How the rounds of one kind stand. `turn` is the newest that has begun. */
export interface RoundState {
  turn: number;
  /** The newest that came to its end. */
  completedTurn: number;
  underWay: boolean;
  completedAt: Date | null;
  /** Null where none is due, and while one is under way. */
  dueAt: Date | null;
}

/**
 * After so many seconds without progress, a round that was picked is due again: its job was lost with the queue, or has
 * failed for good. Long enough for a slice of work and its wait in a busy queue.
 */
export const LEASE_SECONDS = 600;

/** Who holds a look that begins at the end of another one, since it was asked for meanwhile. */
const ASKED_MEANWHILE = 'asked meanwhile';

const KEY = 'model_id = $1 AND version = $2 AND depth = $3';
const SECONDS = `interval '1 second'`;

const BEGIN = `
  INSERT INTO check_rounds AS r (model_id, version, depth, urgency, due_at, picked_at, turn)
  VALUES ($1, $2, $3, $4, now() + ${LEASE_SECONDS} * ${SECONDS}, now(), 1)
  ON CONFLICT (model_id, version, depth) DO UPDATE SET
    urgency = excluded.urgency, due_at = excluded.due_at, picked_at = excluded.picked_at, turn = r.turn + 1, position = 0,
    held_by = NULL
  RETURNING turn, position`;

const COMPLETE = `
  UPDATE check_rounds SET completed_at = now(), completed_turn = turn, position = 0, urgency = $5,
    turn = turn + CASE WHEN wanted_turn > turn THEN 1 ELSE 0 END,
    picked_at = CASE WHEN wanted_turn > turn THEN now() END,
    held_by = CASE WHEN wanted_turn > turn AND depth = 'look' THEN '${ASKED_MEANWHILE}' END,
    due_at = CASE WHEN wanted_turn > turn THEN now() + ${LEASE_SECONDS} * ${SECONDS}
      WHEN $6::float8 IS NULL THEN 'infinity' ELSE now() + $6 * ${SECONDS} END
  WHERE ${KEY} AND turn = $4 AND picked_at IS NOT NULL
  RETURNING turn, position, picked_at IS NOT NULL AS "begunAgain"`;

const ADD = `
  INSERT INTO check_rounds (model_id, version, depth, urgency, due_at)
  SELECT $1, $2, depth, $3, CASE WHEN seconds IS NULL THEN 'infinity' ELSE now() + seconds * ${SECONDS} END
  FROM unnest($4::text[], $5::float8[]) AS added (depth, seconds)
  ON CONFLICT DO NOTHING`;

// A reading has shown otherwise since, or has settled what the look was in doubt about: two marks, of which it tells. Of
// what a look cannot tell, the next look is newer than the reading.
const OUTDATED = `EXISTS (
  SELECT FROM newest_checks seen
  JOIN newest_checks read ON read.model_id = seen.model_id AND read.version = seen.version
    AND read.subject = seen.subject AND read.kind = 'content'
  WHERE seen.model_id = $1 AND seen.version = $2 AND seen.kind = 'artifact' AND seen.observed_at < read.observed_at
    AND (seen.state <> read.state OR jsonb_typeof(seen.evidence -> 'mark') = 'object')
    AND seen.state IN ('present', 'changed') AND read.state IN ('present', 'changed'))`;

/** Rows of `check_rounds`: when each version is to be looked at and read, and how far the round under way has come. */
@Injectable()
export class RoundRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly options: CheckOptions,
  ) {}

  /**
   * Puts a version that is being registered into the schedule. Its first look is asked for with the registration; the
   * round is there to make up for it, should that job be lost.
   */
  async add(manager: EntityManager, { modelId, version }: VersionKey): Promise<void> {
    const deep = checkInterval(this.options.intervals, 'deep', null);
    // The whole of the interval, since a pipeline that registers many at once is the rule.
    const seconds = { look: LEASE_SECONDS, deep: deep === null ? null : deep * Math.random() };
    const values = [modelId, version, urgencyOf(null), DEPTHS, DEPTHS.map((depth) => seconds[depth])];
    await manager.query(ADD, values);
  }

  /** How both kinds of rounds stand. */
  async all({ modelId, version }: VersionKey): Promise<Partial<Record<Depth, RoundState>>> {
    const sql = `
      SELECT depth, turn, picked_at IS NOT NULL AS "underWay", completed_at AS "completedAt",
        CASE WHEN picked_at IS NULL THEN turn ELSE completed_turn END AS "completedTurn",
        CASE WHEN picked_at IS NULL AND due_at < 'infinity' THEN due_at END AS "dueAt"
      FROM check_rounds WHERE model_id = $1 AND version = $2`;
    const rows: (RoundState & { depth: Depth })[] = await this.dataSource.query(sql, [modelId, version]);
    return Object.fromEntries(rows.map((row) => [row.depth, row]));
  }

  /** Begins a round, anew where one is under way: a job that goes on with that one will find itself overtaken. */
  async begin(key: VersionKey, depth: Depth, role: Role | null, manager?: EntityManager): Promise<Round> {
    const values = [key.modelId, key.version, depth, urgencyOf(role)];
    const [round]: Round[] = await (manager ?? this.dataSource).query(BEGIN, values);
    if (round === undefined) throw new Error('a round that was begun has no row');
    return round;
  }

  /** The round under way, or null where none is: it is completed, or was never due. */
  async underWay({ modelId, version }: VersionKey, depth: Depth): Promise<Round | null> {
    const sql = `SELECT turn, position FROM check_rounds WHERE ${KEY} AND picked_at IS NOT NULL`;
    const rows: Round[] = await this.dataSource.query(sql, [modelId, version, depth]);
    return rows[0] ?? null;
  }

  /** Says that the subjects before `to` are done. Returns null where another job has overtaken this one. */
  async advance({ modelId, version }: VersionKey, depth: Depth, round: Round, to: number): Promise<Round | null> {
    const sql = `
      UPDATE check_rounds SET position = $6, due_at = now() + ${LEASE_SECONDS} * ${SECONDS}
      WHERE ${KEY} AND turn = $4 AND position = $5 AND picked_at IS NOT NULL RETURNING turn, position`;
    const values = [modelId, version, depth, round.turn, round.position, to];
    const [rows]: [Round[]] = await this.dataSource.query(sql, values);
    return rows[0] ?? null;
  }

  /**
   * Says that all subjects are done; the next round is due as the version's role has it. Where one was asked for
   * meanwhile it begins at once and is returned: in the same transaction the caller has to append the job for it.
   */
  async complete(
    { modelId, version }: VersionKey,
    depth: Depth,
    { turn }: Round,
    role: Role | null,
    manager?: EntityManager,
  ): Promise<Round | null> {
    const interval = checkInterval(this.options.intervals, depth, role);
    const seconds = interval === null ? null : secondsUntilNext(interval, Math.random());
    const values = [modelId, version, depth, turn, urgencyOf(role), seconds];
    const [rows]: [(Round & { begunAgain: boolean })[]] = await (manager ?? this.dataSource).query(COMPLETE, values);
    const [row] = rows;
    return row?.begunAgain === true ? { turn: row.turn, position: row.position } : null;
  }

  /**
   * Makes the reading of a version due at once where its role asks for one oftener than it had one: it was never read,
   * or not for as long as the role's interval.
   */
  async hastenReading({ modelId, version }: VersionKey, role: Role | null): Promise<void> {
    const interval = checkInterval(this.options.intervals, 'deep', role);
    if (interval === null || role === null || role === 'kept') return;
    const sql = `
      INSERT INTO check_rounds AS r (model_id, version, depth, urgency, due_at) VALUES ($1, $2, $3, $4, now())
      ON CONFLICT (model_id, version, depth) DO UPDATE SET urgency = excluded.urgency, due_at = now()
      WHERE r.picked_at IS NULL AND r.due_at > now()
        AND (r.completed_at IS NULL OR r.completed_at < now() - $5 * ${SECONDS})`;
    await this.dataSource.query(sql, [modelId, version, 'deep', urgencyOf(role), interval]);
  }

  /** Makes the next look at a version due at once. */
  async hastenLook({ modelId, version }: VersionKey): Promise<void> {
    const sql = `UPDATE check_rounds SET due_at = now() WHERE ${KEY} AND picked_at IS NULL`;
    await this.dataSource.query(sql, [modelId, version, 'look']);
  }

  /**
   * Makes the next look at a version due at once where its readings have shown otherwise than its newest look. Called
   * after both: while a look is under way it does nothing, and the end of that look calls it again.
   */
  async hastenOutdatedLook({ modelId, version }: VersionKey): Promise<void> {
    const sql = `UPDATE check_rounds SET due_at = now() WHERE ${KEY} AND picked_at IS NULL AND ${OUTDATED}`;
    await this.dataSource.query(sql, [modelId, version, 'look']);
  }
}
