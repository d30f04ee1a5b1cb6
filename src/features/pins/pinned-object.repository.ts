import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { PinHow, PinTarget } from '../../stores/pinner.js';

/** One thing that bears a pin, or is about to, as the database knows it. */
export interface PinnedObject extends PinTarget {
  readonly pinId: number;
  readonly how: PinHow;
  /** Whether we set the pin. One that was there before us is never taken away by us. */
  readonly ours: boolean;
  /** Null between the decision to set the pin and the store's answer. */
  readonly setAt: Date | null;
}

const COLUMNS = `pin_id AS "pinId", place, version_id AS "versionId", how, ours, set_at AS "setAt"`;
const HASH = (text: string): string => `sha256(convert_to(${text}, 'UTF8'))`;
const TARGETS = `json_to_recordset($2) AS t (place text, "versionId" text, how text, ours boolean)`;
const SAME = `o.place_hash = ${HASH('t.place')} AND o.version_id = t."versionId"`;

// In one order, so that two who release the same never wait for each other crosswise.
const LOCK = `
  SELECT FROM pinned_objects o, ${TARGETS.replace('$2', '$1')} WHERE ${SAME}
  ORDER BY o.place_hash, o.version_id, o.pin_id FOR UPDATE OF o`;

const HAND_OVER = `
  WITH heirs AS (
    UPDATE pinned_objects o SET ours = true FROM ${TARGETS} WHERE o.pin_id <> $1 AND ${SAME}
    RETURNING o.place_hash, o.version_id
  )
  DELETE FROM pinned_objects o USING heirs
  WHERE o.pin_id = $1 AND o.place_hash = heirs.place_hash AND o.version_id = heirs.version_id
  RETURNING o.place, o.version_id AS "versionId"`;

const keyOf = ({ place, versionId }: Pick<PinTarget, 'place' | 'versionId'>): string => `${versionId} ${place}`;

/** Rows of `pinned_objects`. */
@Injectable()
export class PinnedObjectRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** All that is known of these places, under whichever pin. */
  at(places: readonly string[]): Promise<PinnedObject[]> {
    const hashes = `SELECT ${HASH('place')} FROM unnest($1::text[]) AS places (place)`;
    return this.dataSource.query(`SELECT ${COLUMNS} FROM pinned_objects WHERE place_hash IN (${hashes})`, [places]);
  }

  /** What lies behind a pin, in one order: the next so many. */
  of(pinId: number, after: PinTarget | null, limit: number): Promise<PinnedObject[]> {
    const sql = `
      SELECT ${COLUMNS} FROM pinned_objects
      WHERE pin_id = $1 AND (place_hash, version_id) > (coalesce(${HASH('$2::text')}, ''), $3)
      ORDER BY place_hash, version_id LIMIT $4`;
    return this.dataSource.query(sql, [pinId, after?.place ?? null, after?.versionId ?? '', limit]);
  }

  /** Writes down, before the store is asked, that the pins of these are about to be set by us. */
  async intend(pinId: number, targets: readonly PinTarget[]): Promise<void> {
    await this.write(pinId, targets, 'true', 'NULL');
  }

  /** Writes down that these bear the pin, and whose it is. */
  async confirm(pinId: number, targets: readonly (PinTarget & { ours: boolean })[]): Promise<void> {
    await this.write(pinId, targets, 't.ours', 'clock_timestamp()');
  }

  /** Forgets these. */
  async drop(pinId: number, targets: readonly PinTarget[]): Promise<void> {
    if (targets.length === 0) return;
    const sql = `DELETE FROM pinned_objects o USING ${TARGETS} WHERE o.pin_id = $1 AND ${SAME}`;
    await this.dataSource.query(sql, [pinId, JSON.stringify(targets)]);
  }

  /**
   * Leaves what a pin holds to other pins that hold it too, and forgets it under this one: whoever releases it last takes
   * it away. Locked before it is looked who else holds it: two pins that are released at the same moment would else each
   * leave it to the other.
   * @returns what no other pin holds
   */
  async handOver(pinId: number, targets: readonly PinTarget[]): Promise<PinTarget[]> {
    if (targets.length === 0) return [];
    const json = JSON.stringify(targets);
    return this.dataSource.transaction(async (transaction) => {
      await transaction.query(LOCK, [json]);
      const [left]: [PinTarget[]] = await transaction.query(HAND_OVER, [pinId, json]);
      const gone = new Set(left.map(keyOf));
      return targets.filter((target) => !gone.has(keyOf(target)));
    });
  }

  private async write(pinId: number, targets: readonly PinTarget[], ours: string, setAt: string): Promise<void> {
    if (targets.length === 0) return;
    const sql = `
      INSERT INTO pinned_objects AS o (pin_id, place, place_hash, version_id, how, ours, set_at)
      SELECT $1, t.place, ${HASH('t.place')}, t."versionId", t.how, ${ours}, ${setAt} FROM ${TARGETS}
      ON CONFLICT (pin_id, place_hash, version_id) DO UPDATE SET
        how = excluded.how, ours = excluded.ours,
        set_at = CASE WHEN excluded.set_at IS NULL THEN NULL ELSE coalesce(o.set_at, excluded.set_at) END`;
    await this.dataSource.query(sql, [pinId, JSON.stringify(targets)]);
  }
}
