import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { urgencyOf, type Depth } from '../../domain/check-schedule.js';
import type { Role } from '../../domain/role.js';
import type { VersionKey } from './check-jobs.js';
import { LEASE_SECONDS, type Round } from './round.repository.js';

/** How a round stands for whoever asks for one. `turn` is the newest that has begun. */
export interface AskedRound {
  turn: number;
  underWay: boolean;
  /** A prompt job has it, and got ahead not long ago. */
  held: boolean;
  /** The round after `turn` was asked for already, and begins within ten minutes whatever becomes of its job. */
  waits: boolean;
}

/**
 * After so many seconds without progress a look is no longer left to the job that holds it, which may be lost with the
 * queue: the next job that comes goes on with it. Longer than any healthy job takes to record something.
 */
const SILENT_SECONDS = 120;

const SECONDS = `interval '1 second'`;
const LEASE = `now() + ${LEASE_SECONDS} * ${SECONDS}`;
const UNDER_WAY = 'r.picked_at IS NOT NULL';
const LOOKED_AT = `${UNDER_WAY} AND r.held_by IS NOT NULL`;
const HELD = `${LOOKED_AT} AND r.due_at > now() + ${LEASE_SECONDS - SILENT_SECONDS} * ${SECONDS}`;

const ASKED = `
  SELECT depth, turn, ${UNDER_WAY} AS "underWay", ${HELD} AS held,
    wanted_turn > turn AND due_at <= ${LEASE} AS waits
  FROM check_rounds r WHERE model_id = $1 AND version = $2`;

const WANT = `
  INSERT INTO check_rounds AS r (model_id, version, depth, urgency, due_at, wanted_turn)
  VALUES ($1, $2, $3, $4, ${LEASE}, 1)
  ON CONFLICT (model_id, version, depth) DO UPDATE SET wanted_turn = r.turn + 1,
    due_at = CASE WHEN ${UNDER_WAY} THEN r.due_at ELSE least(r.due_at, excluded.due_at) END`;

const TAKE = `
  INSERT INTO check_rounds AS r (model_id, version, depth, urgency, due_at, picked_at, turn, held_by)
  VALUES ($1, $2, 'look', $3, ${LEASE}, now(), 1, $4)
  ON CONFLICT (model_id, version, depth) DO UPDATE SET
    urgency = excluded.urgency,
    wanted_turn = CASE WHEN ${LOOKED_AT} AND r.held_by <> excluded.held_by THEN r.turn + 1 ELSE r.wanted_turn END,
    held_by = CASE WHEN ${HELD} THEN r.held_by ELSE excluded.held_by END,
    due_at = CASE WHEN ${HELD} THEN r.due_at ELSE excluded.due_at END,
    picked_at = CASE WHEN ${LOOKED_AT} THEN r.picked_at ELSE excluded.picked_at END,
    turn = CASE WHEN ${LOOKED_AT} THEN r.turn ELSE r.turn + 1 END,
    position = CASE WHEN ${LOOKED_AT} THEN r.position ELSE 0 END
  RETURNING turn, position, held_by = $4 AS mine`;

/** Rows of `check_rounds`, for those who want a round ahead of the schedule. */
@Injectable()
export class AskedRoundsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** How both kinds of rounds stand. */
  async of(key: VersionKey): Promise<Partial<Record<Depth, AskedRound>>> {
    return this.read(this.dataSource, key, ASKED);
  }

  /** The same, and it stays so until the transaction ends. */
  async lock(key: VersionKey, manager: EntityManager): Promise<Partial<Record<Depth, AskedRound>>> {
    return this.read(manager, key, `${ASKED} ORDER BY depth FOR UPDATE`);
  }

  /**
   * Remembers that the round after the newest is wanted: it begins when the one under way ends. Where none is, the caller
   * appends a job that begins it, and should that be lost, the schedule begins it within ten minutes.
   */
  async want({ modelId, version }: VersionKey, depth: Depth, role: Role | null, manager: EntityManager): Promise<void> {
    await manager.query(WANT, [modelId, version, depth, urgencyOf(role)]);
  }

  /**
   * The look that a prompt job is to go on with: a new one, in place of a sweep that is under way; the one it already
   * has, where it is run again; or that of a job that fell silent. Null where another prompt job has a look under way:
   * that one goes on, and another look follows it.
   */
  async take({ modelId, version }: VersionKey, role: Role | null, job: string): Promise<Round | null> {
    const values = [modelId, version, urgencyOf(role), job];
    const [row]: (Round & { mine: boolean })[] = await this.dataSource.query(TAKE, values);
    return row?.mine === true ? { turn: row.turn, position: row.position } : null;
  }

  private async read(
    from: DataSource | EntityManager,
    { modelId, version }: VersionKey,
    sql: string,
  ): Promise<Partial<Record<Depth, AskedRound>>> {
    const rows: (AskedRound & { depth: Depth })[] = await from.query(sql, [modelId, version]);
    return Object.fromEntries(rows.map((row) => [row.depth, row]));
  }
}
